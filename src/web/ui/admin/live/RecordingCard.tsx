/** What is kept on the disk now, how long that goes on, and what it costs the disk. */
import type { Archive, BoxState } from "../api";
import { isKeeping } from "../board/keeping";
import type { Desk } from "../desk/desk";
import { Card, type Row, Rows } from "../parts/Card";
import { Link } from "../parts/Link";
import { Notice } from "../parts/Notice";
import { strings } from "../strings";
import { bytes, duration, hoursLeft } from "../units";

const words = strings.recordings.card;
/** Worth a look below it, hours. */
const SHORT = 4;

export function RecordingCard({ desk }: { desk: Desk }) {
  const state = desk.state.value;
  if (state === null || !isKeeping(state)) return null;
  const { archive } = state;
  const minutes = desk.settings.value?.recording?.value.rewindMinutes ?? null;
  return (
    <Card title={words.title} aside={<RecordingLamp on={archive.recording} />}>
      {archive.warning ? <Notice tone="warn">{archive.warning}</Notice> : null}
      <Rows rows={rows(state, archive, minutes)} />
      <p class="second">
        <Link desk={desk} to="recordings">
          {words.toList}
        </Link>
      </p>
    </Card>
  );
}

function RecordingLamp({ on }: { on: boolean }) {
  return (
    <span class={`mark ${on ? "mark-ok" : "mark-off"}`}>
      <span class="dot" aria-hidden="true" />
      {on ? words.on : words.off}
    </span>
  );
}

function rows({ now }: BoxState, archive: Archive, minutes: number | null): Row[] {
  const list: Row[] = [];
  if (archive.recording && archive.since !== null) {
    list.push({ label: words.since, value: duration((now - archive.since) / 1_000) });
  }
  if (archive.hoursLeft !== null) {
    const warn = archive.hoursLeft < SHORT;
    list.push({ label: words.space, value: `${hoursLeft(archive.hoursLeft)} ${words.left}`, warn });
  }
  if (archive.rewind && minutes !== null) list.push({ label: words.rewind, value: `${minutes} ${words.minutes}` });
  list.push({ label: words.written, value: bytes(archive.written), more: words.writtenMore });
  const { percent, writtenTotal } = archive.wear ?? { percent: null, writtenTotal: null };
  const life = writtenTotal === null ? null : `${bytes(writtenTotal)} ${words.life}`;
  if (percent !== null) list.push({ label: words.wear, value: `${Math.round(percent)} % ${words.used}`, more: life });
  else if (life !== null) list.push({ label: words.wear, value: life });
  return list;
}
