/** A line to copy elsewhere, with its button. */
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { strings } from "../strings";
import { Button } from "./Button";

/** So long the button says that it has worked, milliseconds. */
const SAY_FOR = 2_500;

interface CopyLineProps {
  label: string;
  text: string;
  /** The label is for screen readers alone. */
  quiet?: boolean;
}

export function CopyLine({ label, text, quiet = false }: CopyLineProps) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [said, setSaid] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (said !== "copied") return;
    const timer = setTimeout(() => setSaid(null), SAY_FOR);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <div class="copy">
      <label class={quiet ? "for-ears" : "field-label"} for={id}>
        {label}
      </label>
      <div class="copy-line">
        <input
          class="copy-text mono"
          id={id}
          ref={field}
          readOnly
          value={text}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button
          label={`${said === "copied" ? strings.copied : strings.copy}: ${label}`}
          press={() => void copy(text, field.current).then((done) => setSaid(done ? "copied" : "failed"))}
        >
          {said === "copied" ? strings.copied : strings.copy}
        </Button>
      </div>
      <p class={said === "failed" ? "field-hint" : "for-ears"} role="status">
        {said === "copied" ? `${label}: ${strings.copied}` : said === "failed" ? strings.copyFailed : ""}
      </p>
    </div>
  );
}

/** Over plain HTTP browsers lend the clipboard only to the older command. */
async function copy(text: string, field: HTMLInputElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    field?.select();
    return document.execCommand("copy");
  }
}
