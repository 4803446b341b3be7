import { useDraft } from "../parts/draft";
import { Choice } from "../parts/Field";
import { strings } from "../strings";
import { StepFrame, type StepProps } from "./Step";

const words = strings.setup.stream;

export function StreamStep({ desk, walk }: StepProps) {
  const draft = useDraft(desk, "stream", ["latency"]);
  return (
    <StepFrame desk={desk} walk={walk} title={words.title} lead={words.lead} save={draft.save} busy={draft.busy} error={draft.error}>
      <Choice
        quiet
        label={strings.settings.latency}
        value={draft.value.latency}
        change={(latency) => draft.change({ latency })}
        options={strings.settings.latencies}
      />
    </StepFrame>
  );
}
