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
  /** It has several lines. */
  block?: boolean;
}

export function CopyLine({ label, text, quiet = false, block = false }: CopyLineProps) {
  const id = useId();
  const line = useRef<HTMLParagraphElement>(null);
  const [said, setSaid] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (said !== "copied") return;
    const timer = setTimeout(() => setSaid(null), SAY_FOR);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <div class="copy" role="group" aria-labelledby={id}>
      <p class={quiet ? "for-ears" : "field-label"} id={id}>
        {label}
      </p>
      <div class={block ? "copy-line copy-block" : "copy-line"}>
        <p class="copy-text mono" ref={line}>
          {text}
        </p>
        <Button
          label={`${said === "copied" ? strings.copied : strings.copy}: ${label}`}
          press={() => void copy(text, line.current).then((done) => setSaid(done ? "copied" : "failed"))}
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

/** Over plain HTTP browsers lend the clipboard only to the older command, which takes what is selected. */
async function copy(text: string, line: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (line !== null) getSelection()?.selectAllChildren(line);
    return document.execCommand("copy");
  }
}
