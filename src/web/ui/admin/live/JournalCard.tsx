/** What happened, in plain words, newest first. */
import { useState } from "preact/hooks";

import type { Entry } from "../api";
import type { Desk } from "../desk/desk";
import { Button } from "../parts/Button";
import { Card } from "../parts/Card";
import { Notice } from "../parts/Notice";
import { strings } from "../strings";

const words = strings.live;

/** So many are shown until older ones are asked for. */
const AT_FIRST = 8;

export function JournalCard({ desk }: { desk: Desk }) {
  const { journal, olderEntries } = desk.board.value;
  const [all, setAll] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const shown = all ? journal : journal.slice(0, AT_FIRST);
  const fetchOlder = async () => {
    if (!all && journal.length > AT_FIRST) return setAll(true);
    setAll(true);
    setBusy(true);
    setError(null);
    await desk.fetchOlderEntries().catch((refusal: Error) => setError(refusal.message));
    setBusy(false);
  };
  return (
    <Card title={words.journal}>
      {journal.length === 0 ? <p class="empty muted">{words.noEntries}</p> : <Entries desk={desk} entries={shown} />}
      {error ? (
        <Notice tone="bad" spoken>
          {error}
        </Notice>
      ) : null}
      {olderEntries || shown.length < journal.length ? (
        <Button kind="link" busy={busy} press={() => void fetchOlder()}>
          {words.olderEntries}
        </Button>
      ) : null}
    </Card>
  );
}

/** Under each day its own, today's without a word. */
function Entries({ desk, entries }: { desk: Desk; entries: Entry[] }) {
  const moments = desk.moments.value;
  const now = desk.state.value?.now ?? Date.now();
  let day = moments.day(now);
  return (
    <ol class="entries">
      {entries.map((entry) => {
        const own = moments.day(entry.at);
        const begins = own !== day;
        day = own;
        return (
          <li key={entry.id}>
            {begins ? <p class="entry-day">{own}</p> : null}
            <div class="entry">
              <time class="entry-time" dateTime={new Date(entry.at).toISOString()}>
                {moments.minute(entry.at)}
              </time>
              <EntryWords entry={entry} />
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function EntryWords({ entry }: { entry: Entry }) {
  const heard = words.level[entry.level];
  return (
    <p class={`entry-words entry-${entry.level}`}>
      {heard ? <span class="for-ears">{heard}: </span> : null}
      <span class="entry-text">{entry.text}</span>
      {entry.more ? ` ${entry.more}` : ""}
    </p>
  );
}
