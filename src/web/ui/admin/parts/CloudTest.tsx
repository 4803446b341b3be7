/** Tries what is typed about the bucket, and says which step is in the way and what to do. */
import { useState } from "preact/hooks";

import type { CloudSettings, CloudTest as Result, CloudTestName } from "../api";
import type { Desk } from "../desk/desk";
import { strings } from "../strings";
import { Button } from "./Button";
import { CopyLine } from "./CopyLine";
import { Notice } from "./Notice";
import { type StepLine, Steps } from "./Steps";

const words = strings.cloud;
const NAMES = Object.keys(words.step) as CloudTestName[];
/** Each of its steps may wait for a storage that does not answer, milliseconds. */
const PATIENCE = 120_000;

interface CloudTestProps {
  desk: Desk;
  value: CloudSettings;
}

export function CloudTest({ desk, value }: CloudTestProps) {
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<Result | null>(null);
  const [error, setError] = useState<string | null>(null);
  // What was found is of the entries as they were then.
  const [tested, setTested] = useState(value);
  const stale = JSON.stringify(tested) !== JSON.stringify(value);
  const shown = stale && !busy ? null : result;
  const go = async () => {
    setBusy(true);
    setError(null);
    setResult(null);
    setTested(value);
    try {
      setResult(await desk.ask<Result>("POST", "cloud/test", value, PATIENCE));
    } catch (refusal) {
      setError(refusal instanceof Error ? refusal.message : strings.failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="cloud-test">
      <div class="form-end">
        <Button busy={busy} disabled={value.bucket === ""} press={() => void go()}>
          {busy ? words.testing : shown === null ? words.test : words.testAgain}
        </Button>
        <p class="second cloud-test-hint">{words.testHint}</p>
      </div>
      {busy ? <Steps label={words.tested} lines={NAMES.map(running)} /> : null}
      {error !== null && !stale ? (
        <Notice tone="bad" spoken>
          {error}
        </Notice>
      ) : null}
      {shown === null ? null : <Findings result={shown} r2={value.endpoint === null} />}
    </div>
  );
}

function Findings({ result: { steps, corsJson }, r2 }: { result: Result; r2: boolean }) {
  const failed = steps.some(({ ok }) => ok === false);
  const open = steps.some(({ ok }) => ok === null);
  const verdict = failed ? words.someFailed : open ? words.noneFailed : words.allPassed;
  return (
    <>
      <Steps label={words.tested} lines={steps.map(line)} />
      {failed || !corsJson ? (
        <Notice tone={failed ? "warn" : "good"} spoken>
          {verdict}
        </Notice>
      ) : null}
      {corsJson ? (
        <Notice tone="plain" title={words.cors} spoken>
          <div class="cloud-cors">
            <p>{words.corsMore}</p>
            <p>{r2 ? words.corsR2 : words.corsOther}</p>
            <CopyLine quiet block label={words.corsLabel} text={corsJson} />
          </div>
        </Notice>
      ) : null}
    </>
  );
}

function running(name: CloudTestName): StepLine {
  return { id: name, label: words.step[name], state: "trying", word: "" };
}

function line({ name, ok, text, more }: Result["steps"][number]): StepLine {
  const said = [text, more].filter(Boolean).join(" ");
  // A step of a newer box has no name here.
  const shared = { id: name, label: words.step[name] ?? name, ...(said === "" ? {} : { more: said }) };
  if (ok === null) return { ...shared, state: "waits", word: said === "" ? words.untried : words.unknown };
  return ok ? { ...shared, state: "passed", word: words.passed } : { ...shared, state: "stops", word: words.failed };
}
