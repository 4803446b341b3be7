/** What the box shares, how fast, and its tracker's numbers. */
import { useState } from "preact/hooks";

import type { SharingSettings, TrackerSettings } from "../api";
import type { Desk } from "../desk/desk";
import { Card } from "../parts/Card";
import { type Draft, useDraft } from "../parts/draft";
import { NumberField, Tick } from "../parts/Field";
import { Form } from "../parts/Form";
import { Notice } from "../parts/Notice";
import { strings } from "../strings";

const words = strings.sharing.settings;

interface NumberWords {
  label: string;
  hint: string;
  unit: string;
}

type SeedNumber = "bundleSeconds" | "chunkSeconds";
type TrackerNumber = Exclude<keyof TrackerSettings, "openToPublic">;

const { seconds } = strings.settings;
const SEED_NUMBERS: Record<SeedNumber, NumberWords> = {
  bundleSeconds: { label: words.bundle, hint: words.bundleHint, unit: seconds },
  chunkSeconds: { label: words.chunk, hint: words.chunkHint, unit: seconds },
};
const TRACKER_NUMBERS: Record<TrackerNumber, NumberWords> = {
  announceSeconds: { label: words.announce, hint: words.announceHint, unit: seconds },
  maxOffers: { label: words.offers, hint: words.offersHint, unit: words.introductions },
  messageKilobytes: { label: words.message, hint: words.messageHint, unit: words.kilobytes },
  idleSeconds: { label: words.idle, hint: words.idleHint, unit: seconds },
  connections: { label: words.connections, hint: words.connectionsHint, unit: words.pages },
};
const ADVANCED = [...keys(SEED_NUMBERS), ...keys(TRACKER_NUMBERS), "openToPublic"];

export function SharingCard({ desk }: { desk: Desk }) {
  const draft = useDraft(desk, "sharing", ["seed", "uploadLimit", ...ADVANCED]);
  const { value, change, wrong } = draft;
  const locked = desk.settings.value?.viewers.value.password != null;
  return (
    <Card title={strings.sharing.title}>
      <Form {...draft} submit={() => void draft.save()}>
        <Tick label={words.seed} hint={words.seedHint} ticked={value.seed} change={(seed) => change({ seed })} />
        {locked ? <Notice tone="plain">{words.locked}</Notice> : null}
        <NumberField
          label={words.uploadLimit}
          value={value.uploadLimit}
          change={(uploadLimit) => change({ uploadLimit })}
          hint={words.uploadLimitHint}
          unit={strings.settings.unit}
          error={wrong("uploadLimit")}
          optional
        />
        <Advanced draft={draft} />
      </Form>
    </Card>
  );
}

function Advanced({ draft: { value, change, wrong } }: { draft: Draft<SharingSettings> }) {
  const [open, setOpen] = useState(false);
  const { tracker } = value;
  // What is wrong is never hidden.
  const shown = open || ADVANCED.some((field) => wrong(field) !== null);
  const changeTracker = (part: Partial<TrackerSettings>) => change({ tracker: { ...tracker, ...part } });
  return (
    <details class="details" open={shown} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.advanced}</summary>
      <div class="sharing-numbers">
        {keys(SEED_NUMBERS).map((name) => (
          <NumberField
            key={name}
            {...SEED_NUMBERS[name]}
            value={value[name]}
            change={(number) => change({ [name]: number ?? 0 })}
            error={wrong(name)}
          />
        ))}
        {keys(TRACKER_NUMBERS).map((name) => (
          <NumberField
            key={name}
            {...TRACKER_NUMBERS[name]}
            value={tracker[name]}
            change={(number) => changeTracker({ [name]: number ?? 0 })}
            error={wrong(name)}
          />
        ))}
        <Tick
          label={words.open}
          ticked={tracker.openToPublic}
          change={(openToPublic) => changeTracker({ openToPublic })}
        />
        {tracker.openToPublic ? (
          <Notice tone="warn" spoken>
            {words.openWarning}
          </Notice>
        ) : null}
      </div>
    </details>
  );
}

function keys<Name extends string>(record: Record<Name, unknown>): Name[] {
  return Object.keys(record) as Name[];
}
