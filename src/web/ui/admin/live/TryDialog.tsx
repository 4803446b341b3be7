/** The operator's own device as a device that shares: how far it comes, step by step. */
import { useEffect, useRef, useState } from "preact/hooks";

import type { Desk } from "../desk/desk";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { Notice } from "../parts/Notice";
import { type StepLine, Steps } from "../parts/Steps";
import { type Outcome, placeOf, probe, type Reason, type Step, STEPS } from "../probe/probe";
import { addressIs, portBlocked, refusedWith, strings, tryPassed, tryPassedWithout, tryStopped } from "../strings";

const words = strings.sharing;

type Outcomes = Partial<Record<Step, Outcome | "trying">>;

/** What came of it: `at` is when it was over. */
interface Result {
  outcomes: Outcomes;
  reason: Reason | null;
  at: number | null;
}

const BEGUN: Result = { outcomes: {}, reason: null, at: null };

interface TryDialogProps {
  desk: Desk;
  stunPort: number;
  close: () => void;
}

export function TryDialog({ desk, stunPort, close }: TryDialogProps) {
  const leaving = useRef<AbortController | null>(null);
  const [result, setResult] = useState(BEGUN);
  const busy = result.at === null;
  const go = async () => {
    const { signal } = (leaving.current = new AbortController());
    setResult(BEGUN);
    const told = (step: Step, outcome: Outcome | "trying") =>
      setResult((known) => ({ ...known, outcomes: { ...known.outcomes, [step]: outcome } }));
    const reason = await probe(placeOf(location, stunPort), told, signal);
    if (!signal.aborted) setResult((known) => ({ ...known, reason, at: Date.now() }));
  };
  useEffect(() => {
    void go();
    return () => leaving.current?.abort();
  }, []);
  return (
    <Dialog kind="try" title={words.try} text={words.tryHint} close={close}>
      <Steps label={words.try} lines={STEPS.map((step) => line(step, result, stunPort))} />
      <div class="try-verdict">
        <Verdict desk={desk} result={result} />
      </div>
      <div class="ask-buttons">
        <Button press={close}>{words.close}</Button>
        <Button busy={busy} press={() => void go()}>
          {busy ? words.trying : words.again}
        </Button>
      </div>
    </Dialog>
  );
}

function Verdict({ desk, result: { outcomes, reason, at } }: { desk: Desk; result: Result }) {
  if (at === null) return null;
  const notice = (tone: "good" | "warn" | "plain", text: string) => (
    <Notice tone={tone} spoken>
      {text}
    </Notice>
  );
  if (reason !== null) return notice("plain", failure({ passed: false, reason }, 0));
  const time = desk.moments.value.minute(at);
  const stop = STEPS.findLast((step) => hasFailed(outcomes[step]));
  if (stop === undefined) return notice("good", tryPassed(time));
  // The last one passed, so what failed before it was not needed.
  const went = outcomes.handshake !== undefined && stop !== "handshake";
  return notice("warn", went ? tryPassedWithout(time) : tryStopped(words.step[stop], time));
}

function hasFailed(outcome: Outcome | "trying" | undefined): boolean {
  return outcome !== undefined && outcome !== "trying" && !outcome.passed;
}

function line(step: Step, { outcomes, at }: Result, stunPort: number): StepLine {
  const outcome = outcomes[step];
  const shared = { id: step, label: words.step[step] };
  if (outcome === undefined) {
    const waits = { ...shared, state: "waits" } as const;
    // What is over says nothing more, and needs no place for it.
    return at === null ? { ...waits, word: words.waits, more: null } : { ...waits, word: words.stepState.untried };
  }
  if (outcome === "trying") return { ...shared, state: "trying", word: words.stepState.trying, more: null };
  if (!outcome.passed) {
    return { ...shared, state: "stops", word: words.stepState.failed, more: failure(outcome, stunPort) };
  }
  const more = step === "address" ? addressIs(outcome.address ?? "") : words.stepPassed[step];
  return { ...shared, state: "passed", word: words.stepState.passed, more };
}

function failure({ reason, said = "" }: Outcome & { passed: false }, stunPort: number): string {
  if (reason === "no-address") return portBlocked(stunPort);
  return reason === "refused" ? refusedWith(said) : words.failed[reason];
}
