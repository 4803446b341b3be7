/** One recording of the list. */
import { useState } from "preact/hooks";

import type { Recording } from "../api";
import { Refusal } from "../desk/client";
import type { Desk } from "../desk/desk";
import { Ask } from "../parts/Ask";
import { Button } from "../parts/Button";
import { TextField, Tick } from "../parts/Field";
import { Icon, type IconName } from "../parts/Icon";
import { Notice } from "../parts/Notice";
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
        <NameForm title={recording.title} submit={rename} cancel={() => setMode("look")} />
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

interface NameFormProps {
  title: string;
  submit: (title: string) => Promise<void>;
  cancel: () => void;
}

function NameForm({ title, submit, cancel }: NameFormProps) {
  const [typed, setTyped] = useState(title);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const go = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      await submit(typed.trim());
    } catch (error) {
      setRefusal(error instanceof Refusal ? error : new Refusal(0, strings.failed));
      setBusy(false);
    }
  };
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && typed.trim() !== "") void go();
      }}
    >
      <TextField
        label={words.name}
        value={typed}
        change={setTyped}
        longest={80}
        error={refusal?.field === "title" ? refusal.message : null}
        focus
      />
      {refusal !== null && refusal.field !== "title" ? (
        <Notice tone="bad" spoken>
          {refusal.message}
        </Notice>
      ) : null}
      <div class="form-end">
        <Button submit kind="first" busy={busy} disabled={typed.trim() === ""}>
          {strings.save}
        </Button>
        <Button press={cancel}>{strings.cancel}</Button>
      </div>
    </form>
  );
}
