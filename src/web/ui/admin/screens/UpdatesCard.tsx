/** Which system the box runs, a new one for it, and the restart that lets it take over. */
import { useEffect, useRef, useState } from "preact/hooks";

import { upload } from "../desk/client";
import type { Desk } from "../desk/desk";
import { Ask } from "../parts/Ask";
import { Button } from "../parts/Button";
import { Card, type Row, Rows } from "../parts/Card";
import { Notice } from "../parts/Notice";
import { strings } from "../strings";
import { isBusy, outlook, type Slots, type Updates } from "../updates/updates";

const words = strings.updates;
/** While something goes on the box is asked so often, milliseconds. */
const AGAIN_AFTER = 1_000;

export function UpdatesCard({ desk }: { desk: Desk }) {
  const [updates, look] = useUpdates(desk);
  if (updates === null) return null;
  return (
    <Card title={words.title}>
      {updates.system === null ? (
        <p class="second">{words.foreign}</p>
      ) : (
        <System desk={desk} updates={updates} slots={updates.system.slots} look={look} />
      )}
    </Card>
  );
}

/** What the box says, asked again while something goes on and when the box was away. */
function useUpdates(desk: Desk): [Updates | null, () => Promise<void>] {
  const [updates, setUpdates] = useState<Updates | null>(null);
  const [asked, setAsked] = useState(0);
  const first = useRef<string | null>(null);
  const news = desk.news.value;
  const look = async () => {
    // A box that restarts does not answer; what is shown says so.
    const said = await desk.ask<Updates>("GET", "updates").catch(() => null);
    if (said !== null) setUpdates(said);
    setAsked((count) => count + 1);
  };
  useEffect(() => void look(), [news]);
  const busy = updates?.system && isBusy(updates.system.progress);
  useEffect(() => {
    if (!busy) return;
    const timer = setTimeout(() => void look(), AGAIN_AFTER);
    return () => clearTimeout(timer);
  }, [busy, asked]);
  const version = updates?.system?.slots.version ?? null;
  useEffect(() => {
    // Another version has another page.
    if (first.current !== null && version !== null && version !== first.current) location.reload();
    first.current ??= version;
  }, [version]);
  return [updates, look];
}

interface SystemProps {
  desk: Desk;
  updates: Updates;
  slots: Slots;
  look: () => Promise<void>;
}

function System({ desk, updates, slots, look }: SystemProps) {
  const [asked, setAsked] = useState(false);
  const progress = updates.system?.progress ?? { state: "idle" };
  const said = outlook(slots, progress);
  const onAir = desk.lamp.value === "on-air" || desk.lamp.value === "holding" || updates.onAir;
  const restart = async () => {
    await desk.ask("POST", `updates/restart?force=${onAir}`);
    await look();
  };
  return (
    <>
      <Rows rows={rows(slots)} />
      {said === null ? null : (
        <Notice tone={said.tone} spoken title={said.title}>
          {said.more}
        </Notice>
      )}
      {progress.state === "installing" ? <Bar label={words.installing} percent={progress.percent} /> : null}
      {isBusy(progress) ? null : (
        <>
          {progress.state === "installed" ? (
            <div class="form-end updates-doings">
              <Button kind="first" press={() => setAsked(true)}>
                {words.restart}
              </Button>
            </div>
          ) : null}
          <Bundle board={slots.board} largest={updates.largest} onAir={onAir} look={look} />
        </>
      )}
      {asked ? (
        <Ask
          title={words.askRestart.title}
          confirm={words.askRestart.confirm}
          act={restart}
          close={() => setAsked(false)}
        >
          {onAir ? words.askRestart.onAir : words.askRestart.text}
        </Ask>
      ) : null}
    </>
  );
}

function rows({ version, slot, other }: Slots): Row[] {
  const list: Row[] = [{ label: words.version, value: version, more: words.slot(slot) }];
  if (other !== null) {
    list.push({ label: words.other, value: other.version ?? words.empty, more: words.otherSlot(other.slot) });
  }
  return list;
}

interface BundleProps {
  board: string;
  largest: number;
  onAir: boolean;
  look: () => Promise<void>;
}

/** The file is chosen and sent; what the system makes of it is told above. */
function Bundle({ board, largest, onAir, look }: BundleProps) {
  const chooser = useRef<HTMLInputElement>(null);
  const sending = useRef<AbortController | null>(null);
  const [percent, setPercent] = useState<number | null>(null);
  const [said, setSaid] = useState<{ tone: "plain" | "bad"; text: string } | null>(null);
  const [asked, setAsked] = useState<File | null>(null);
  useEffect(() => () => sending.current?.abort(), []);

  const send = async (file: File, force: boolean) => {
    const stop = new AbortController();
    sending.current = stop;
    setSaid(null);
    setPercent(0);
    try {
      await upload(`updates/bundle?force=${force}`, file, (share) => setPercent(Math.floor(share * 100)), stop.signal);
    } catch (error) {
      const text = error instanceof Error ? error.message : strings.failed;
      setSaid(stop.signal.aborted ? { tone: "plain", text: words.stopped } : { tone: "bad", text });
    }
    setPercent(null);
    await look();
  };
  const choose = (file: File | undefined) => {
    if (file === undefined) return;
    if (file.size > largest) setSaid({ tone: "bad", text: words.tooLarge });
    else if (onAir) setAsked(file);
    else void send(file, false);
  };
  return (
    <>
      {said === null ? null : (
        <Notice tone={said.tone} spoken>
          {said.text}
        </Notice>
      )}
      {percent === null ? (
        <p class="second">{words.hint(board)}</p>
      ) : (
        <Bar label={words.uploading} percent={percent} />
      )}
      <div class="form-end updates-doings">
        {percent === null ? (
          <Button press={() => chooser.current?.click()}>{words.choose}</Button>
        ) : (
          <Button press={() => sending.current?.abort()}>{words.stop}</Button>
        )}
      </div>
      <input
        class="for-ears"
        type="file"
        accept=".raucb"
        tabIndex={-1}
        aria-hidden="true"
        aria-label={words.file}
        ref={chooser}
        onChange={(event) => {
          const field = event.currentTarget;
          choose(field.files?.[0]);
          field.value = "";
        }}
      />
      {asked === null ? null : (
        <Ask
          title={words.askInstall.title}
          confirm={words.askInstall.confirm}
          act={async () => void send(asked, true)}
          close={() => setAsked(null)}
        >
          {words.askInstall.text}
        </Ask>
      )}
    </>
  );
}

function Bar({ label, percent }: { label: string; percent: number }) {
  return (
    <div class="updates-bar">
      <progress aria-label={label} max={100} value={percent} />
      <span class="live-value">{percent} %</span>
    </div>
  );
}
