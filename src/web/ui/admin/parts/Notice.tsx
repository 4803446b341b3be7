/** A sentence that stands out: good, worth a look, or wrong. Never by its colour alone. */
import type { ComponentChildren } from "preact";

import { Icon } from "./Icon";

export type Tone = "good" | "warn" | "bad" | "wait" | "plain";

interface NoticeProps {
  tone: Tone;
  title?: string;
  children?: ComponentChildren;
  /** It appears in answer to something, and is said to screen readers. */
  spoken?: boolean;
}

const MARKS = { good: "check", warn: "alert", bad: "cross", wait: null, plain: null } as const;

export function Notice({ tone, title, children = null, spoken = false }: NoticeProps) {
  const mark = MARKS[tone];
  return (
    <div class={`notice notice-${tone}`} role={spoken ? (tone === "bad" ? "alert" : "status") : undefined}>
      {mark === null ? null : <Icon name={mark} />}
      <div class="notice-words">
        {title ? <p class="notice-title">{title}</p> : null}
        {children ? <div class="notice-more">{children}</div> : null}
      </div>
    </div>
  );
}
