/** What is sent to the cloud, how fast, and for how long it stays there. */
import type { Desk } from "../desk/desk";
import { Card } from "../parts/Card";
import { useDraft } from "../parts/draft";
import { NumberField, Tick } from "../parts/Field";
import { Form } from "../parts/Form";
import { strings } from "../strings";

const words = strings.cloud.settings;

export function UploadCard({ desk }: { desk: Desk }) {
  const draft = useDraft(desk, "upload", ["uplinkLimit", "keepDays"]);
  const { value, change, wrong } = draft;
  return (
    <Card title={words.title}>
      <Form {...draft} submit={() => void draft.save()}>
        <Tick label={words.paused} hint={words.pausedHint} ticked={value.paused} change={(paused) => change({ paused })} />
        <NumberField
          label={words.limit}
          value={value.uplinkLimit}
          change={(uplinkLimit) => change({ uplinkLimit })}
          hint={words.limitHint}
          unit={strings.settings.unit}
          error={wrong("uplinkLimit")}
          optional
        />
        <NumberField
          label={words.keep}
          value={value.keepDays}
          change={(keepDays) => change({ keepDays })}
          hint={words.keepHint}
          unit={words.days}
          error={wrong("keepDays")}
          optional
        />
        <Tick label={words.page} hint={words.pageHint} ticked={value.page} change={(page) => change({ page })} />
        <Tick
          label={words.failover}
          hint={words.failoverHint}
          ticked={value.failover}
          change={(failover) => change({ failover })}
        />
      </Form>
    </Card>
  );
}
