import { CLOUD_FIELDS, CloudFields, NO_CLOUD } from "../parts/CloudFields";
import { useDraft } from "../parts/draft";
import { strings } from "../strings";
import { StepFrame, type StepProps } from "./Step";

const words = strings.setup.cloud;

export function CloudStep({ desk, walk }: StepProps) {
  const draft = useDraft(desk, "cloud", CLOUD_FIELDS, NO_CLOUD);
  // Going on without an entry is skipping.
  const save = async () => !draft.dirty || draft.save();
  return (
    <StepFrame
      desk={desk}
      walk={walk}
      title={words.title}
      lead={words.lead}
      save={save}
      busy={draft.busy}
      error={draft.error}
      skip={words.skip}
    >
      <CloudFields desk={desk} draft={draft} />
    </StepFrame>
  );
}
