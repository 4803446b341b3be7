/** What happened, in plain words, newest first. */
import { useState } from "preact/hooks";

import type { Entry } from "../api";
import type { Desk } from "../desk/desk";
import { Button } from "../parts/Button";
import { Card } from "../parts/Card";
import { Notice } from "../parts/Notice";
import { strings } from "../strings";

const words = strings.live;

export function JournalCard({ desk }: { desk: Desk }) {
  const { journal, olderEntries, state } = desk.board.value;
  const moments = desk.moments.value;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const fetchOlder = async () => {
    setBusy(true);
    setError(null);
    await desk.fetchOlderEntries().catch((refusal: Error) => setError(refusal.message));
    setBusy(false);
  };
  return (
    <Card title={words.journal} class="journal">
      {journal.length === 0 ? (
        <p class="empty muted">{words.noEntries}</p>
      ) : (
        <ol class="entries">
          {journal.map((entry) => (
            <li class="entry" key={entry.id}>
              <time class="entry-time" dateTime={new Date(entry.at).toISOString()} title={moments.day(entry.at)}>
                {moments.minuteAndDay(entry.at, state?.now ?? entry.at)}
              </time>
              <EntryWords entry={entry} />
            </li>
          ))}
        </ol>
      )}
      {error ? (
        <Notice tone="bad" spoken>
          {error}
        </Notice>
      ) : null}
      {olderEntries ? (
        <Button kind="link" busy={busy} press={() => void fetchOlder()}>
          {words.olderEntries}
        </Button>
      ) : null}
    </Card>
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
