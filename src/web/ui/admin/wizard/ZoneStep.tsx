import { useState } from "preact/hooks";

import { Moments } from "../moments";
import { useDraft } from "../parts/draft";
import { ownTimeZone, ZoneField } from "../parts/ZoneField";
import { strings } from "../strings";
import { StepFrame, type StepProps } from "./Step";

const words = strings.setup.zone;
/** What a box has before anybody chose. */
const FRESH = "UTC";

export function ZoneStep({ desk, walk }: StepProps) {
  const draft = useDraft(desk, "box", ["timeZone"]);
  const [zone, setZone] = useState(draft.value.timeZone === FRESH ? ownTimeZone() : draft.value.timeZone);
  const now = desk.state.value?.now ?? Date.now();
  return (
    <StepFrame
      desk={desk}
      walk={walk}
      title={words.title}
      lead={words.lead}
      save={() => draft.save({ ...draft.value, timeZone: zone })}
      busy={draft.busy}
      error={draft.error}
    >
      <ZoneField value={zone} change={setZone} error={draft.wrong("timeZone")} />
      <p class="muted">
        {words.now} <strong>{new Moments(zone).minute(now)}</strong>.
      </p>
    </StepFrame>
  );
}
