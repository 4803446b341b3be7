/** A card with its label, and the rows of words and figures that stand in one. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface CardProps {
  title: string;
  /** At the right of the label. */
  aside?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}

export function Card({ title, aside = null, class: extra = "", children }: CardProps) {
  const id = useId();
  return (
    <section class={`card ${extra}`} aria-labelledby={id}>
      <header class="card-head">
        <h2 class="card-title" id={id}>
          {title}
        </h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

export interface Row {
  label: string;
  value: ComponentChildren;
  /** A second thought below the value. */
  more?: string | null;
  warn?: boolean;
}

export function Rows({ rows }: { rows: Row[] }) {
  return (
    <dl class="rows">
      {rows.map(({ label, value, more, warn = false }) => (
        <div class="row" key={label}>
          <dt>{label}</dt>
          <dd>
            <span class={`live-value ${warn ? "row-warn" : ""}`}>{value}</span>
            {more ? <span class="row-more">{more}</span> : null}
          </dd>
        </div>
      ))}
    </dl>
  );
}
