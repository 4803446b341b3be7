/** The set-up: leads through a few questions, and keeps its place in the box. */
import { useState } from "preact/hooks";

import { strings } from "../strings";
import { CloudStep } from "./CloudStep";
import { DoneStep } from "./DoneStep";
import { NameStep } from "./NameStep";
import { NetworkStep } from "./NetworkStep";
import { ObsStep } from "./ObsStep";
import { PageStep } from "./PageStep";
import { PosterStep } from "./PosterStep";
import { StreamStep } from "./StreamStep";
import { after, before, stepOf, type StepName } from "./steps";
import type { StepProps, Walk } from "./Step";
import { ZoneStep } from "./ZoneStep";
import type { Desk } from "../desk/desk";

const SCREENS: Record<StepName, (props: StepProps) => preact.JSX.Element> = {
  name: NameStep,
  zone: ZoneStep,
  network: NetworkStep,
  obs: ObsStep,
  stream: StreamStep,
  cloud: CloudStep,
  page: PageStep,
  poster: PosterStep,
  done: DoneStep,
};

export function Wizard({ desk }: { desk: Desk }) {
  const step = stepOf(desk.settings.value?.setup.value.step ?? null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const keep = async (next: StepName, done: boolean) => {
    setBusy(true);
    setError(null);
    try {
      await desk.save("setup", { step: done ? null : next, done });
      if (done) desk.go("live");
      else scrollTo(0, 0);
    } catch (refusal) {
      setError(refusal instanceof Error ? refusal.message : strings.failed);
    } finally {
      setBusy(false);
    }
  };
  const earlier = before(step);
  const walk: Walk = {
    step,
    busy,
    error,
    next: () => keep(after(step), false),
    back: earlier === null ? null : () => keep(earlier, false),
    finish: () => keep("done", true),
  };
  const Screen = SCREENS[step];
  return <Screen key={step} desk={desk} walk={walk} />;
}
