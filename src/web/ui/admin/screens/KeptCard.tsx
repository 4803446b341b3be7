/** Whether events are recorded, who may watch that, and how far back viewers may go. */
import type { Desk } from "../desk/desk";
import { Card } from "../parts/Card";
import { useDraft } from "../parts/draft";
import { NumberField, Tick } from "../parts/Field";
import { Form } from "../parts/Form";
import { strings } from "../strings";

const words = strings.recordings.settings;

export function KeptCard({ desk }: { desk: Desk }) {
  const draft = useDraft(desk, "recording", ["record", "share", "rewind", "rewindMinutes"]);
  const { value, change, wrong } = draft;
  return (
    <Card title={words.title}>
      <Form {...draft} submit={() => void draft.save()}>
        <Tick label={words.record} hint={words.recordHint} ticked={value.record} change={(record) => change({ record })} />
        <Tick label={words.share} hint={words.shareHint} ticked={value.share} change={(share) => change({ share })} />
        <Tick label={words.rewind} hint={words.rewindHint} ticked={value.rewind} change={(rewind) => change({ rewind })} />
        {value.rewind ? (
          <NumberField
            label={words.minutes}
            value={value.rewindMinutes}
            change={(rewindMinutes) => change({ rewindMinutes: rewindMinutes ?? 0 })}
            hint={words.minutesHint}
            unit={words.minutesUnit}
            error={wrong("rewindMinutes")}
          />
        ) : null}
        <p class="second">{words.wear}</p>
      </Form>
    </Card>
  );
}
