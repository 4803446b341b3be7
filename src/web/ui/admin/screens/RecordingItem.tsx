/** One recording of the list. */
import { useState } from "preact/hooks";

import type { Recording } from "../api";
import type { Desk } from "../desk/desk";
import { Ask } from "../parts/Ask";
import { Button } from "../parts/Button";
import { Tick } from "../parts/Field";
import { Icon, type IconName } from "../parts/Icon";
import { NameForm } from "../parts/NameForm";
import { isWhole, type Place, places } from "../places";
import { deleteTitle, strings } from "../strings";
import { bytes, duration } from "../units";

const words = strings.recordings;
const MARKS: Record<Exclude<Place, "air">, IconName> = { here: "disk", cloud: "cloud", way: "sending" };

interface RecordingItemProps {
  desk: Desk;
  recording: Recording;
  fetch: () => Promise<void>;
}

export function RecordingItem({ desk, recording, fetch }: RecordingItemProps) {
  const [mode, setMode] = useState<"look" | "rename" | "delete">("look");
  const name = recording.title || words.untitled;
  const rename = async (title: string) => {
    await desk.ask("PUT", `recordings/${recording.event}`, { title });
    setMode("look");
    await fetch();
  };
  return (
    <li class="card key">
      {mode === "rename" ? (
        <NameForm
          label={words.name}
          name={recording.title}
          field="title"
          longest={80}
          submit={rename}
          cancel={() => setMode("look")}
        />
      ) : (
        <div class="key-line">
          <div class="key-words">
            <h2 class="key-name">
              {name}
              {recording.ended === null ? <span class="key-live">{words.place.air}</span> : null}
            </h2>
            <p class="second">{facts(desk, recording)}</p>
            <Places recording={recording} />
          </div>
          <Doings recording={recording} name={name} choose={setMode} />
        </div>
      )}
      {mode === "delete" ? (
        <Removal desk={desk} recording={recording} name={name} fetch={fetch} close={() => setMode("look")} />
      ) : null}
    </li>
  );
}

function facts(desk: Desk, { began, duration: seconds, size }: Recording): string {
  const moments = desk.moments.value;
  // What lies in the cloud alone has no size here.
  const taken = size > 0 ? [bytes(size)] : [];
  return [`${moments.day(began)}, ${moments.minute(began)}`, duration(seconds), ...taken].join(" · ");
}

function Places({ recording }: { recording: Recording }) {
  const list = places(recording).filter((place) => place !== "air");
  return (
    <ul class="places">
      {list.map((place) => (
        <li class="place" key={place}>
          <Icon name={MARKS[place]} />
          {words.place[place]}
        </li>
      ))}
    </ul>
  );
}

interface DoingsProps {
  recording: Recording;
  name: string;
  choose: (mode: "rename" | "delete") => void;
}

function Doings({ recording, name, choose }: DoingsProps) {
  const { event, torrent, ended } = recording;
  return (
    <div class="key-buttons">
      {isWhole(recording) ? (
        <>
          <a class="button button-plain" href={`/?recording=${event}`} target="_blank" rel="noopener" aria-label={`${words.play}: ${name}`}>
            <Icon name="play" />
            {words.play}
          </a>
          <a class="button button-plain" href={`/api/admin/recordings/${event}/download`} download="" aria-label={`${words.download}: ${name}`}>
            <Icon name="download" />
            {words.download}
          </a>
        </>
      ) : null}
      {torrent ? (
        <a class="button button-plain" href={`/torrents/${torrent}.torrent`} download="" aria-label={`${words.torrent}: ${name}`}>
          {words.torrent}
        </a>
      ) : null}
      <Button press={() => choose("rename")} label={`${words.rename}: ${name}`}>
        {words.rename}
      </Button>
      {ended === null ? null : (
        <Button kind="ends" press={() => choose("delete")} label={`${words.remove} ${name}`}>
          {words.remove}
        </Button>
      )}
    </div>
  );
}

interface RemovalProps extends RecordingItemProps {
  name: string;
  close: () => void;
}

/** The copy in the cloud goes only where that is said. */
function Removal({ desk, recording, name, fetch, close }: RemovalProps) {
  const { event, cloud } = recording;
  // What lies there alone is all that can be deleted.
  const alone = !recording.kept;
  const [cloudToo, setCloudToo] = useState(alone);
  const act = async () => {
    await desk.ask("DELETE", `recordings/${event}?cloud=${cloudToo}`);
    await fetch();
  };
  const choice =
    cloud === "none" || alone ? null : (
      <Tick label={words.ask.cloudToo} hint={words.ask.cloudStays} ticked={cloudToo} change={setCloudToo} />
    );
  return (
    <Ask title={deleteTitle(name)} confirm={words.ask.confirm} choice={choice} act={act} close={close}>
      {words.ask.text} {cloud === "waiting" ? words.ask.waits : ""}
    </Ask>
  );
}
