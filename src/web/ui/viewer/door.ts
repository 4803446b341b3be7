/** The password for viewers, where the operator wants one: whether it is asked for, and giving it. */
import { signal } from "@preact/signals";

import { strings, tryAgainIn } from "../shared/strings";

const ADDRESS = "/api/watch";
const TOO_MANY = 429;

export class Door {
  /** The page shows nothing but the question. */
  readonly asks = signal(false);
  readonly busy = signal(false);
  /** Why the last try was not taken. */
  readonly error = signal<string | null>(null);

  constructor(private readonly welcome: () => void) {}

  /** Something was refused: is it for want of the password? */
  async look(): Promise<void> {
    try {
      const response = await fetch(ADDRESS, { cache: "no-store" });
      const { password, open } = (await response.json()) as { password?: unknown; open?: unknown };
      this.asks.value = response.ok && password === true && open !== true;
    } catch {
      // The box is gone: the page says so elsewhere.
    }
  }

  async give(password: string): Promise<void> {
    this.busy.value = true;
    this.error.value = null;
    try {
      const response = await fetch(ADDRESS, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ password }),
      });
      if (response.ok) this.welcome();
      else this.error.value = await reason(response);
    } catch {
      this.error.value = strings.unreachable;
    } finally {
      this.busy.value = false;
    }
  }

  /** The box has let this page in. */
  opened(): void {
    this.asks.value = false;
    this.error.value = null;
  }
}

async function reason(response: Response): Promise<string> {
  const { error, retryAfter } = (await response.json().catch(() => ({}))) as { error?: unknown; retryAfter?: unknown };
  if (response.status === TOO_MANY && typeof retryAfter === "number") return tryAgainIn(Math.ceil(retryAfter));
  return typeof error === "string" ? error : strings.door.wrong;
}
