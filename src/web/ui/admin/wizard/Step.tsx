/** The frame of a question: progress on top, Back and Next below, Skip where skipping is safe. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

import type { Desk } from "../desk/desk";
import { ThemeSwitch } from "../live/Header";
import { Button } from "../parts/Button";
import { Link } from "../parts/Link";
import { Notice } from "../parts/Notice";
import { stepOf, strings } from "../strings";
import { numberOf, STEP_COUNT, type StepName } from "./steps";

const words = strings.setup;

/** Where the set-up stands and how it goes on. */
export interface Walk {
  step: StepName;
  busy: boolean;
  error: string | null;
  next(): Promise<void>;
  back: (() => Promise<void>) | null;
  finish(): Promise<void>;
}

export interface StepProps {
  desk: Desk;
  walk: Walk;
}

interface StepFrameProps extends StepProps {
  title: string;
  lead: ComponentChildren;
  children?: ComponentChildren;
  /** Saves what was typed; whether it was taken. Without it there is nothing to save. */
  save?: () => Promise<boolean>;
  busy?: boolean;
  error?: string | null;
  /** What is lost by skipping; without it the step can't be skipped. */
  skip?: string;
  last?: boolean;
}

export function StepFrame(props: StepFrameProps) {
  const { desk, walk, title, lead, children = null, save, skip, last = false } = props;
  const number = numberOf(walk.step);
  const heading = useRef<HTMLHeadingElement>(null);
  const busy = walk.busy || (props.busy ?? false);
  const error = props.error ?? walk.error;
  // A new question is read from its beginning, unless a field has taken the focus.
  useEffect(() => {
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body) heading.current?.focus();
  }, []);
  const submit = async () => {
    if (busy) return;
    if (save !== undefined && !(await save())) return;
    await (last ? walk.finish() : walk.next());
  };
  return (
    <div class="wizard">
      <header class="wizard-top">
        <Progress number={last ? STEP_COUNT : number} />
        <div class="wizard-bar">
          <p class="wizard-count">{last ? words.title : stepOf(number, STEP_COUNT)}</p>
          {last ? null : (
            <Link desk={desk} to="live" class="wizard-later">
              {words.later}
            </Link>
          )}
          <ThemeSwitch />
        </div>
      </header>
      <main>
        <form
          class="wizard-form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <h1 class="wizard-title" tabIndex={-1} ref={heading}>
            {title}
          </h1>
          <p class="wizard-lead">{lead}</p>
          {children}
          {error ? (
            <Notice tone="bad" spoken>
              {error}
            </Notice>
          ) : null}
          <div class="wizard-buttons">
            {walk.back === null ? null : (
              <Button busy={busy} press={() => void walk.back?.()}>
                {words.back}
              </Button>
            )}
            <Button submit kind="first" busy={busy}>
              {last ? words.done.finish : words.next}
            </Button>
          </div>
          {skip ? (
            <p class="wizard-skip">
              <Button kind="link" busy={busy} press={() => void walk.next()}>
                {words.skip}
              </Button>
              <span class="second">{skip}</span>
            </p>
          ) : null}
        </form>
      </main>
    </div>
  );
}

function Progress({ number }: { number: number }) {
  const steps = Array.from({ length: STEP_COUNT }, (_, index) => index < number);
  return (
    <div
      class="progress"
      role="progressbar"
      aria-label={words.progress}
      aria-valuemin={1}
      aria-valuemax={STEP_COUNT}
      aria-valuenow={number}
      aria-valuetext={stepOf(number, STEP_COUNT)}
    >
      {steps.map((done, index) => (
        <span key={index} class={`progress-step ${done ? "progress-done" : ""}`} />
      ))}
    </div>
  );
}
