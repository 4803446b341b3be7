/** Another password; every other device must sign in again. */
import { useState } from "preact/hooks";

import { Refusal } from "../desk/client";
import type { Desk } from "../desk/desk";
import { Button } from "../parts/Button";
import { Card } from "../parts/Card";
import { PasswordField } from "../parts/Field";
import { Notice } from "../parts/Notice";
import { SHORTEST, strength } from "../strength";
import { strings } from "../strings";

const words = strings.settings;

export function PasswordCard({ desk }: { desk: Desk }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [different, setDifferent] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const ready = current !== "" && [...next].length >= SHORTEST && again !== "";
  const typed = (set: (value: string) => void) => (value: string) => {
    set(value);
    setDone(false);
    setDifferent(false);
    setRefusal(null);
  };
  const submit = async () => {
    if (!ready || busy) return;
    if (next !== again) return setDifferent(true);
    setBusy(true);
    try {
      await desk.ask("POST", "password", { current, next });
      for (const clear of [setCurrent, setNext, setAgain]) clear("");
      setDone(true);
    } catch (error) {
      setRefusal(error instanceof Refusal ? error : new Refusal(0, strings.failed));
    } finally {
      setBusy(false);
    }
  };
  const wrong = (field: string) => (refusal?.field === field ? refusal.message : null);
  const elsewhere = refusal !== null && refusal.field !== "current" && refusal.field !== "next";
  return (
    <Card title={words.password}>
      <form class="form" noValidate onSubmit={(event) => (event.preventDefault(), void submit())}>
        <PasswordField
          label={words.current}
          value={current}
          change={typed(setCurrent)}
          autocomplete="current-password"
          error={wrong("current")}
        />
        <PasswordField
          label={words.next}
          value={next}
          change={typed(setNext)}
          autocomplete="new-password"
          hint={strings.claim.strength[strength(next)]}
          error={wrong("next")}
        />
        <PasswordField
          label={words.again}
          value={again}
          change={typed(setAgain)}
          autocomplete="new-password"
          error={different ? strings.claim.different : null}
        />
        {elsewhere ? (
          <Notice tone="bad" spoken>
            {refusal.message}
          </Notice>
        ) : null}
        {done ? (
          <Notice tone="good" spoken>
            {words.changed}
          </Notice>
        ) : null}
        <div class="form-end">
          <Button submit kind="first" busy={busy} disabled={!ready}>
            {words.change}
          </Button>
        </div>
      </form>
    </Card>
  );
}
