/** Steps in their order: each with a mark, its name, how it went in a word, and a sentence where there is one. */
import { Icon, type IconName } from "./Icon";

export type StepState = "passed" | "stops" | "trying" | "waits";

export interface StepLine {
  id: string;
  label: string;
  state: StepState;
  word: string;
  /** `null` keeps its place free; left out, there is none. */
  more?: string | null;
}

const MARKS: Record<StepState, IconName> = { passed: "check", stops: "alert", trying: "dots", waits: "dash" };

export function Steps({ label, lines }: { label: string; lines: StepLine[] }) {
  return (
    <ol class="steps" aria-label={label}>
      {lines.map(({ id, label, state, word, more }) => (
        <li class={`step step-${state}`} key={id}>
          <Icon name={MARKS[state]} />
          <span class="step-label">{label}</span>
          <span class="step-word">{word}</span>
          {more === undefined ? null : <span class="step-more">{more}</span>}
        </li>
      ))}
    </ol>
  );
}
