/** What was recorded: to play, to take away, to name, to delete; and whether the next event is kept. */
import { useCallback, useEffect, useState } from "preact/hooks";

import type { Recording } from "../api";
import type { Desk } from "../desk/desk";
import { Notice } from "../parts/Notice";
import { holdsAnother, strings } from "../strings";
import { hoursLeft } from "../units";
import { KeptCard } from "./KeptCard";
import { RecordingItem } from "./RecordingItem";

const words = strings.recordings;

export function RecordingsScreen({ desk }: { desk: Desk }) {
  const { list, error, fetch } = useRecordings(desk);
  const state = desk.state.value;
  const hours = state?.archive?.hoursLeft ?? state?.box.hoursLeft ?? null;
  const warning = state?.archive?.warning ?? null;
  return (
    <>
      <h1 class="title">{words.title}</h1>
      <p class="title-lead">
        {words.lead} {hours === null ? null : <span class="live-value">{holdsAnother(hoursLeft(hours))}</span>}
      </p>
      {error ? (
        <Notice tone="bad" spoken>
          {error}
        </Notice>
      ) : null}
      {warning ? (
        <Notice tone="warn" spoken>
          {warning}
        </Notice>
      ) : null}
      <div class="kept">
        <div class="kept-list">
          {list?.length === 0 ? <p class="empty-page">{nothing(desk)}</p> : null}
          <ul class="recordings">
            {list?.map((recording) => (
              <RecordingItem key={recording.event} desk={desk} recording={recording} fetch={fetch} />
            ))}
          </ul>
        </div>
        {desk.settings.value?.recording === undefined ? null : <KeptCard desk={desk} />}
      </div>
    </>
  );
}

function nothing(desk: Desk): string {
  const settings = desk.settings.value?.recording?.value;
  if (settings === undefined) return words.none;
  return settings.record ? words.noneOn : words.noneOff;
}

interface Recordings {
  list: Recording[] | null;
  error: string | null;
  fetch(): Promise<void>;
}

/** Fetched when the screen opens, and anew when an event begins or ends, or the cloud has caught up. */
function useRecordings(desk: Desk): Recordings {
  const [list, setList] = useState<Recording[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const fetch = useCallback(async () => {
    try {
      const { recordings } = await desk.ask<{ recordings?: Recording[] }>("GET", "recordings");
      setList(recordings ?? []);
      setError(null);
    } catch (refusal) {
      setError(refusal instanceof Error ? refusal.message : null);
    }
  }, [desk]);
  const news = desk.news.value;
  const state = desk.state.value;
  const turn = [state?.onAirSince, state?.archive?.since, state?.cloud?.backlogObjects === 0].join(" ");
  useEffect(() => void fetch(), [fetch, news, turn]);
  return { list, error, fetch };
}
