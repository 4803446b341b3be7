/** What devices share with each other and the box, and where they stop. */
import { useState } from "preact/hooks";

import type { Sharing, Way } from "../api";
import { isAboutSharing, passings } from "../board/sharing";
import type { Desk } from "../desk/desk";
import { Button } from "../parts/Button";
import { Card, type Row, Rows } from "../parts/Card";
import { Link } from "../parts/Link";
import { Steps } from "../parts/Steps";
import { placeOf } from "../probe/probe";
import { sharers, strings } from "../strings";
import { bytes, rate } from "../units";
import { TryDialog } from "./TryDialog";

const words = strings.sharing;

export function SharingCard({ desk }: { desk: Desk }) {
  const state = desk.state.value;
  if (state === null || !isAboutSharing(state)) return null;
  const { sharing } = state;
  const on = sharing.switch === "on";
  return (
    <Card title={words.title} aside={<Switch on={on} />}>
      {on ? <Shared desk={desk} sharing={sharing} /> : <Unshared desk={desk} sharing={sharing} />}
    </Card>
  );
}

function Switch({ on }: { on: boolean }) {
  return (
    <span class={`mark ${on ? "mark-ok" : "mark-off"}`}>
      <span class="dot" aria-hidden="true" />
      {on ? words.on : words.off}
    </span>
  );
}

function Unshared({ desk, sharing }: { desk: Desk; sharing: Sharing }) {
  const locked = sharing.switch === "password";
  return (
    <div class="empty">
      <p>{locked ? words.behindPassword : words.switchedOff}</p>
      <p class="second">
        <Link desk={desk} to={locked ? "page" : "settings"}>
          {locked ? words.toPage : words.toSettings}
        </Link>
      </p>
    </div>
  );
}

function Shared({ desk, sharing }: { desk: Desk; sharing: Sharing }) {
  const [trying, setTrying] = useState(false);
  const devices = sharing.pages + sharing.programs;
  return (
    <>
      <div class="figures">
        <p class="figure live-value">
          {devices}
          <span class="figure-unit"> {devices === 1 ? words.deviceShares : words.devicesShare}</span>
        </p>
        <p class="figure-more live-value">{sharers(sharing.pages, sharing.programs)}</p>
      </div>
      <Rows rows={rows(sharing)} />
      {sharing.torrents === 0 ? <p class="second">{words.nothingYet}</p> : null}
      {sharing.way === null ? null : <Diagnosis way={sharing.way} />}
      <Button press={() => setTrying(true)}>{words.try}</Button>
      <details class="details">
        <summary>{words.details}</summary>
        <Rows rows={details(sharing)} />
      </details>
      {trying ? <TryDialog desk={desk} stunPort={sharing.stunPort} close={() => setTrying(false)} /> : null}
    </>
  );
}

function Diagnosis({ way }: { way: Way }) {
  const lines = passings(way).map(({ id, passing }) => ({
    id,
    label: words.way[id],
    state: passing,
    word: words[passing],
  }));
  return (
    <div class="way">
      <h3 class="way-title">{words.alone}</h3>
      <p class="second">{words.lately}</p>
      <Steps label={words.lately} lines={lines} />
      <p class="way-text">{way.text}</p>
    </div>
  );
}

function rows({ connected, rate: bits, total }: Sharing): Row[] {
  const { value, unit } = rate(bits);
  return [
    { label: words.connected, value: connected },
    { label: words.sent, value: `${value} ${unit}`, more: `${bytes(total)} ${words.total}` },
  ];
}

function details({ torrents, swarms, stunPort }: Sharing): Row[] {
  const { tracker, stun } = placeOf(location, stunPort);
  return [
    { label: words.torrents, value: torrents },
    { label: words.swarms, value: swarms },
    { label: words.tracker, value: tracker },
    { label: words.stun, value: stun },
  ];
}
