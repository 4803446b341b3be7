/**
 * The last hour of one figure. Mouse, finger and arrow keys read its values; screen readers hear them, and a
 * sentence that says what the curve shows.
 */
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";

import { theme } from "../../shared/theme";
import type { History } from "../api";
import { LONGEST, type SeriesName, summarise } from "../board/history";
import type { Moments } from "../moments";
import { graphSummary, graphValue, strings } from "../strings";
import { roundUp } from "../units";
import { Plot } from "./plot";

interface GraphProps {
  label: string;
  history: History | null;
  series: SeriesName;
  colour: "accent" | "ok";
  /** Drawn as a line of dashes. */
  target?: number | null;
  words: (value: number) => string;
  moments: Moments;
}

/** An arrow with Shift, or a page key, goes so many values. */
const STRIDE = 60;

export function Graph({ label, history, series, colour, target = null, words, moments }: GraphProps) {
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const values = history?.[series] ?? [];
  const step = history?.step ?? 5_000;
  const from = history?.from ?? 0;
  const end = from + Math.max(0, values.length - 1) * step;
  const start = end - LONGEST * step;
  const summary = useMemo(() => summarise(values), [values]);
  const top = roundUp(Math.max(summary?.highest ?? 0, target ?? 0) * 1.02);

  useEffect(() => {
    if (place.current === null) return;
    const made = new Plot(place.current, colour, setAt);
    plot.current = made;
    return () => made.destroy();
  }, [colour]);

  useEffect(() => {
    const times = values.map((_, index) => (from + index * step) / 1_000);
    plot.current?.show({ times, values, target, top, from: start / 1_000, to: end / 1_000 });
  }, [values, target, top, from, step, start, end]);

  const shade = theme.value;
  useEffect(() => plot.current?.recolour(), [shade]);

  const last = values.length - 1;
  const move = (to: number) => plot.current?.point(Math.min(last, Math.max(0, to)));
  const onKeyDown = (event: KeyboardEvent) => {
    const now = at ?? last;
    const stride = event.shiftKey ? STRIDE : 1;
    const next = {
      ArrowLeft: at === null ? last : now - stride,
      ArrowRight: now + stride,
      PageUp: now - STRIDE,
      PageDown: now + STRIDE,
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === "Escape") plot.current?.leave();
    if (next === undefined || last < 0) return;
    event.preventDefault();
    move(next);
  };

  const value = (index: number) => {
    const known = values[index] ?? null;
    return graphValue(known === null ? null : words(known), moments.second(from + index * step));
  };
  const said = at !== null && at <= last ? value(at) : null;
  return (
    <figure class="graph">
      <div
        class="graph-place"
        role="slider"
        tabIndex={0}
        aria-label={`${label}, ${strings.live.lastHour}`}
        aria-describedby={`${id}-summary`}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={at ?? Math.max(0, last)}
        aria-valuetext={said ?? (last < 0 ? strings.live.graphEmpty : value(last))}
        onKeyDown={onKeyDown}
        onBlur={() => plot.current?.leave()}
      >
        <div class="graph-canvas" ref={place} />
        {summary === null ? null : (
          <span class="graph-top" aria-hidden="true">
            {words(top)}
          </span>
        )}
        {said === null ? null : (
          <span
            class="graph-said"
            aria-hidden="true"
            style={{ "--at": String(plot.current?.share(at) ?? 1) }}
          >
            {said}
          </span>
        )}
      </div>
      <div class="graph-times" aria-hidden="true">
        {history === null ? null : (
          <>
            <span>{moments.minute(start)}</span>
            <span>{moments.minute((start + end) / 2)}</span>
            <span>{strings.live.now}</span>
          </>
        )}
      </div>
      <figcaption class="for-ears" id={`${id}-summary`}>
        {summary === null
          ? strings.live.graphEmpty
          : graphSummary(words(summary.lowest), words(summary.highest), summary.last === null ? null : words(summary.last))}
      </figcaption>
    </figure>
  );
}
