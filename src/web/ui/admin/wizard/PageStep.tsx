import { useDraft } from "../parts/draft";
import { TextField } from "../parts/Field";
import { strings } from "../strings";
import { StepFrame, type StepProps } from "./Step";

const words = strings.setup.page;

export function PageStep({ desk, walk }: StepProps) {
  const draft = useDraft(desk, "page", ["title", "welcome"]);
  return (
    <StepFrame
      desk={desk}
      walk={walk}
      title={words.title}
      lead={words.lead}
      save={draft.save}
      busy={draft.busy}
      error={draft.error}
      skip={words.skip}
    >
      <TextField
        label={strings.page.eventTitle}
        value={draft.value.title}
        change={(title) => draft.change({ title })}
        longest={80}
        error={draft.wrong("title")}
        focus
      />
      <TextField
        label={strings.page.welcome}
        value={draft.value.welcome}
        change={(welcome) => draft.change({ welcome })}
        longest={500}
        lines={4}
        hint={strings.page.welcomeHint}
        error={draft.wrong("welcome")}
        optional
      />
    </StepFrame>
  );
}
