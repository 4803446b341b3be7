/** How the box itself is. */
import type { BoxHealth } from "../api";
import { isKeeping } from "../board/keeping";
import type { Desk } from "../desk/desk";
import { Card, type Row, Rows } from "../parts/Card";
import { strings } from "../strings";
import { bytes, bytesOf, duration, hoursLeft } from "../units";

const words = strings.live;
/** Worth a look above it, °C and %. */
const HOT = 80;
const BUSY = 90;
/** Worth a look below it, hours. */
const SHORT = 4;

export function BoxCard({ desk }: { desk: Desk }) {
  const state = desk.state.value;
  return <Card title={words.box}>{state === null ? null : <Rows rows={rows(state.box, isKeeping(state))} />}</Card>;
}

/** `kept`: the space is told in the recording's own card. */
function rows(box: BoxHealth, kept: boolean): Row[] {
  const list: Row[] = [
    { label: words.processor, value: `${Math.round(box.cpu)} %`, more: box.throttled, warn: box.cpu >= BUSY },
  ];
  if (box.temperature !== null) {
    const warn = box.temperature >= HOT;
    list.push({ label: words.temperature, value: `${Math.round(box.temperature)} °C`, warn });
  }
  // A system that doesn't tell has no total.
  if (box.memoryTotal > 0) list.push({ label: words.memory, value: bytesOf(box.memoryUsed, box.memoryTotal) });
  if (box.diskTotal > 0) list.push({ label: words.storage, value: `${bytes(box.diskFree)} ${words.free}` });
  if (box.hoursLeft !== null && !kept) {
    const value = `${hoursLeft(box.hoursLeft)} ${words.left}`;
    list.push({ label: words.recording, value, warn: box.hoursLeft < SHORT });
  }
  list.push({ label: words.clock, value: box.clock.text, warn: box.clock.synchronised === false });
  list.push({ label: words.uptime, value: duration(box.uptime) });
  return list;
}
