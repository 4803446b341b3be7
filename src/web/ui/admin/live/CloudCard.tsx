/** What goes to the cloud: how far behind it is, what waits, what went wrong. */
import { useState } from "preact/hooks";

import type { Cloud, CloudPhase } from "../api";
import type { Desk } from "../desk/desk";
import { Button } from "../parts/Button";
import { Card, type Row, Rows } from "../parts/Card";
import { Icon } from "../parts/Icon";
import { Notice } from "../parts/Notice";
import { backlog, strings, triesAgain } from "../strings";
import { bytes, dollars, duration, lateness, rate } from "../units";

const words = strings.cloud.card;
/** So far behind is worth a look, seconds. */
const FAR_BEHIND = 30;

export function CloudCard({ desk }: { desk: Desk }) {
  const cloud = desk.state.value?.cloud ?? null;
  if (cloud === null) return null;
  return (
    <Card title={words.title} aside={<Phase phase={cloud.state} />}>
      {cloud.lag === null ? null : (
        <div class="figures">
          <p class="figure live-value">
            {lateness(cloud.lag)}
            <span class="figure-unit"> {words.behind}</span>
          </p>
        </div>
      )}
      {cloud.error ? (
        <Notice tone="warn" title={cloud.error}>
          {cloud.retryIn === null ? null : <span class="live-value">{triesAgain(cloud.retryIn)}</span>}
        </Notice>
      ) : null}
      <Rows rows={rows(cloud)} />
      {cloud.state === "paused" ? <p class="second">{words.pausedMore}</p> : null}
      <Doings desk={desk} cloud={cloud} />
    </Card>
  );
}

const WELL: readonly CloudPhase[] = ["idle", "sending"];

function Phase({ phase }: { phase: CloudPhase }) {
  if (phase === "trouble") {
    return (
      <span class="mark mark-warn">
        <Icon name="alert" />
        {words.state[phase]}
      </span>
    );
  }
  return (
    <span class={`mark ${WELL.includes(phase) ? "mark-ok" : "mark-off"}`}>
      <span class="dot" aria-hidden="true" />
      {words.state[phase] ?? phase}
    </span>
  );
}

function rows(cloud: Cloud): Row[] {
  const sent = rate(cloud.rate);
  const waits = backlog(duration(cloud.backlogSeconds), bytes(cloud.backlogBytes), cloud.backlogObjects);
  const list: Row[] = [
    { label: words.waits, value: waits ?? words.nothing, warn: cloud.backlogSeconds >= FAR_BEHIND },
    { label: words.rate, value: `${sent.value} ${sent.unit}` },
  ];
  if (cloud.eventBytes > 0) {
    const writes = `${cloud.eventWrites.toLocaleString("en")} ${words.writes}`;
    list.push({ label: words.event, value: bytes(cloud.eventBytes), more: writes });
  }
  if (cloud.cost !== null) {
    const more = cloud.eventReads === null ? words.costMore : words.costReads;
    list.push({ label: words.cost, value: dollars(cloud.cost), more });
  }
  return list;
}

function Doings({ desk, cloud }: { desk: Desk; cloud: Cloud }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const upload = desk.settings.value?.upload?.value ?? null;
  const pause = async (paused: boolean) => {
    if (upload === null) return;
    setBusy(true);
    setError(null);
    await desk.save("upload", { ...upload, paused }).catch((refusal: Error) => setError(refusal.message));
    setBusy(false);
  };
  const paused = upload?.paused ?? false;
  return (
    <>
      {error ? (
        <Notice tone="bad" spoken>
          {error}
        </Notice>
      ) : null}
      <div class="form-end cloud-doings">
        {upload === null ? null : (
          <Button busy={busy} press={() => void pause(!paused)}>
            {paused ? words.resume : words.pause}
          </Button>
        )}
        {cloud.watch ? (
          <a class="cloud-watch" href={cloud.watch} target="_blank" rel="noopener noreferrer">
            <Icon name="out" />
            {words.watch}
          </a>
        ) : null}
      </div>
    </>
  );
}
