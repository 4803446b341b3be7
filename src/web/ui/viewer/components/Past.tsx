/** What else can be watched while nothing is on: the recordings, few at first. */
import { useState } from "preact/hooks";

import { clock } from "../../shared/format";
import { strings } from "../../shared/strings";
import type { Past as Recording } from "../past";
import type { Session } from "../session";

/** So many are shown until more are asked for. */
const AT_FIRST = 3;

export function Past({ session }: { session: Session }) {
  const [all, setAll] = useState(false);
  const { source } = session;
  const own = source.from === "recording" ? source.event : null;
  const list = session.past.value.filter(({ event }) => event !== own);
  if (own === null && list.length === 0) return null;
  return (
    <section class="past" aria-label={strings.past}>
      {list.length === 0 ? null : <h2 class="past-title">{own === null ? strings.past : strings.pastMore}</h2>}
      {own === null ? null : (
        <a class="past-live" href="./">
          {strings.toLive}
        </a>
      )}
      <ul class="past-list">
        {(all ? list : list.slice(0, AT_FIRST)).map((recording) => (
          <Item key={recording.event} recording={recording} />
        ))}
      </ul>
      {!all && list.length > AT_FIRST ? (
        <button type="button" class="past-all" onClick={() => setAll(true)}>
          {strings.showAll}
        </button>
      ) : null}
    </section>
  );
}

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

function Item({ recording: { event, title, began, duration } }: { recording: Recording }) {
  return (
    <li>
      <a class="past-item" href={`?recording=${event}`}>
        <span class="past-name">{title || strings.recording}</span>
        <span class="past-facts">
          <time dateTime={new Date(began).toISOString()}>{DAY.format(began)}</time> · {clock(duration)}
        </span>
      </a>
    </li>
  );
}
