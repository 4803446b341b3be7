/** The stream keys as a screen holds them: fetched when it opens, and anew when the box says that something changed. */
import { useCallback, useEffect, useState } from "preact/hooks";

import type { StreamKey } from "../api";
import type { Desk } from "../desk/desk";

export interface Keys {
  list: StreamKey[] | null;
  error: string | null;
  fetch(): Promise<void>;
}

export function useKeys(desk: Desk): Keys {
  const [list, setList] = useState<StreamKey[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const fetch = useCallback(async () => {
    try {
      setList(await desk.ask<StreamKey[]>("GET", "keys"));
      setError(null);
    } catch (refusal) {
      setError(refusal instanceof Error ? refusal.message : null);
    }
  }, [desk]);
  const news = desk.news.value;
  const input = desk.state.value?.input ?? null;
  const live = input === null ? null : `${input.key} ${input.connectedSince}`;
  useEffect(() => void fetch(), [fetch, news, live]);
  return { list, error, fetch };
}
