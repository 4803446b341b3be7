import { useDraft } from "../parts/draft";
import { TextField } from "../parts/Field";
import { strings } from "../strings";
import { StepFrame, type StepProps } from "./Step";

const words = strings.setup.name;

export function NameStep({ desk, walk }: StepProps) {
  const draft = useDraft(desk, "box", ["name"]);
  return (
    <StepFrame desk={desk} walk={walk} title={words.title} lead={words.lead} save={draft.save} busy={draft.busy} error={draft.error}>
      <TextField
        label={words.label}
        value={draft.value.name}
        change={(name) => draft.change({ name })}
        longest={40}
        placeholder={words.example}
        error={draft.wrong("name")}
        focus
      />
    </StepFrame>
  );
}
