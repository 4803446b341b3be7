/** One visit of the operator: who they are, where they are, what is set, what is heard. Components draw from it. */
import { computed, signal } from "@preact/signals";

import type {
  Addresses,
  JournalPage,
  LiveMessage,
  SectionName,
  Sections,
  SessionInfo,
  Settings,
  Versioned,
} from "../api";
import { EMPTY_BOARD, hear, lose, older } from "../board/board";
import { Moments } from "../moments";
import { pathOf, type Screen, screenAt } from "../route";
import { ask, type Method, Refusal } from "./client";
import { AdminLink } from "./link";

/** A box that does not answer at first is asked again after this, milliseconds. */
const AGAIN_AFTER = 2_000;

export type Farewell = "signed-out" | "ended" | null;

export class Desk {
  readonly session = signal<SessionInfo | null>(null);
  /** The box has not answered at all yet. */
  readonly unreachable = signal(false);
  readonly farewell = signal<Farewell>(null);
  readonly settings = signal<Settings | null>(null);
  readonly addresses = signal<Addresses | null>(null);
  readonly board = signal(EMPTY_BOARD);
  readonly screen = signal<Screen>(screenAt(location.pathname));
  /** Counts what the box said has changed; lists that are fetched follow it. */
  readonly news = signal(0);

  // Each by itself, so that a component is drawn anew only when its own word changes.
  readonly state = computed(() => this.board.value.state);
  readonly history = computed(() => this.board.value.history);
  readonly lostSince = computed(() => this.board.value.lostSince);
  readonly lamp = computed(() => {
    const { state, lostSince } = this.board.value;
    if (lostSince !== null) return "unknown";
    return state?.lamp ?? null;
  });
  private readonly timeZone = computed(() => this.settings.value?.box.value.timeZone ?? null);
  readonly moments = computed(() => new Moments(this.timeZone.value));
  readonly boxName = computed(() => this.settings.value?.box.value.name || this.session.value?.boxName || "");

  private link: AdminLink | null = null;

  constructor() {
    addEventListener("popstate", () => {
      this.screen.value = screenAt(location.pathname);
    });
    void this.begin();
  }

  go(screen: Screen): void {
    if (pathOf(screen) !== location.pathname) history.pushState(null, "", pathOf(screen));
    this.screen.value = screen;
    scrollTo(0, 0);
  }

  /** Asks in the name of the operator; a session that has ended leads to the sign-in. */
  async ask<T>(method: Method, path: string, body?: unknown, patience?: number): Promise<T> {
    try {
      return await ask<T>(method, path, body, patience);
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) await this.doubtSession();
      throw error;
    }
  }

  /** A stale version is fetched anew, so that a second try is taken. */
  async save<Name extends SectionName>(name: Name, value: Sections[Name]): Promise<void> {
    const known = this.settings.value;
    if (known === null) return;
    try {
      const saved = await this.ask<Versioned<Sections[Name]>>("PUT", `settings/${name}`, {
        version: known[name].version,
        value,
      });
      this.settings.value = { ...(this.settings.value ?? known), [name]: saved };
    } catch (error) {
      if (error instanceof Refusal && error.status === 409) await this.fetchSettings();
      throw error;
    }
  }

  async claim(password: string, code: string | null): Promise<void> {
    try {
      await ask("POST", "claim", { password, code });
    } catch (error) {
      // Meanwhile somebody else may have claimed it, or the time without a code is over.
      if (error instanceof Refusal && error.status !== 0) await this.begin();
      throw error;
    }
    this.screen.value = "setup";
    await this.begin();
  }

  async signIn(password: string): Promise<void> {
    await ask("POST", "login", { password });
    await this.begin();
  }

  async signOut(everywhere = false): Promise<void> {
    await this.ask("POST", everywhere ? "logout-everywhere" : "logout");
    this.leave("signed-out");
  }

  async fetchSettings(): Promise<void> {
    this.settings.value = await this.ask<Settings>("GET", "settings");
  }

  async fetchAddresses(): Promise<void> {
    this.addresses.value = await this.ask<Addresses>("GET", "addresses");
  }

  async fetchOlderEntries(): Promise<void> {
    const oldest = this.board.value.journal.at(-1);
    const page = await this.ask<JournalPage>("GET", oldest === undefined ? "journal" : `journal?before=${oldest.id}`);
    this.board.value = older(this.board.value, page);
  }

  private async begin(): Promise<void> {
    for (;;) {
      try {
        const session = await ask<SessionInfo>("GET", "session");
        this.unreachable.value = false;
        if (session.signedIn) await this.enter(session);
        else this.session.value = session;
        return;
      } catch {
        this.unreachable.value = true;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
      }
    }
  }

  private async enter(session: SessionInfo): Promise<void> {
    const [settings, addresses] = await Promise.all([
      ask<Settings>("GET", "settings"),
      // Without them everything else still stands.
      ask<Addresses>("GET", "addresses").catch(() => null),
    ]);
    this.settings.value = settings;
    this.addresses.value = addresses;
    this.farewell.value = null;
    this.session.value = session;
    const here = this.screen.value;
    if (here === "setup" || (here === "live" && !settings.setup.value.done)) this.go("setup");
    this.link?.close();
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.link = new AdminLink(`${scheme}//${location.host}/api/admin/live`, {
      heard: (message) => this.heard(message),
      lost: () => (this.board.value = lose(this.board.value, Date.now())),
      refused: () => void this.doubtSession(),
    });
  }

  private heard(message: LiveMessage): void {
    const wasLost = this.board.value.lostSince !== null;
    this.board.value = hear(this.board.value, message);
    if (message.type === "signed-out") return this.leave("ended");
    if (message.type === "settings" || (message.type === "hello" && wasLost)) void this.refresh();
  }

  private async refresh(): Promise<void> {
    this.news.value += 1;
    // A failure here is followed by the socket's own loss, which asks again.
    await Promise.all([this.fetchSettings(), this.fetchAddresses()]).catch(() => undefined);
  }

  private async doubtSession(): Promise<void> {
    const session = await ask<SessionInfo>("GET", "session").catch(() => null);
    if (session !== null && !session.signedIn && this.session.value?.signedIn) this.leave("ended");
  }

  private leave(farewell: Farewell): void {
    this.link?.close();
    this.link = null;
    this.farewell.value = farewell;
    this.board.value = EMPTY_BOARD;
    this.settings.value = null;
    this.addresses.value = null;
    const session = this.session.value;
    if (session !== null) this.session.value = { ...session, signedIn: false, claimed: true };
  }
}
