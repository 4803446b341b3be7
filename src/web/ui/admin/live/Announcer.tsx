/** Says to screen readers what changed, politely, and no figures: the lamp, the connection, warnings of the journal. */
import { useEffect, useRef, useState } from "preact/hooks";

import type { Desk } from "../desk/desk";
import { strings } from "../strings";

export function Announcer({ desk }: { desk: Desk }) {
  const lamp = desk.lamp.value;
  const newest = desk.board.value.journal[0] ?? null;
  const before = useRef({ lamp, entry: newest?.id ?? null });
  const [said, setSaid] = useState("");
  useEffect(() => {
    const was = before.current;
    before.current = { lamp, entry: newest?.id ?? null };
    const news: string[] = [];
    if (lamp === "unknown" && was.lamp !== "unknown") news.push(strings.lost.heard);
    else if (was.lamp === "unknown" && lamp !== null && lamp !== "unknown") news.push(strings.lost.back);
    if (lamp !== null && lamp !== "unknown" && lamp !== was.lamp && was.lamp !== null) news.push(`${strings.lamp[lamp]}.`);
    const fresh = newest !== null && was.entry !== null && newest.id > was.entry;
    if (fresh && newest.level !== "info") news.push([newest.text, newest.more].filter(Boolean).join(" "));
    if (news.length > 0) setSaid(news.join(" "));
  }, [lamp, newest]);
  return (
    <p class="for-ears" role="status">
      {said}
    </p>
  );
}
