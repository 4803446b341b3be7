/** The browser's tab says what the lamp says: by its title and by its sign. */
import { useEffect } from "preact/hooks";

import { clock } from "../../shared/format";
import type { Lamp } from "../api";
import type { Desk } from "../desk/desk";
import { strings } from "../strings";

type Shown = Lamp | "unknown";

/** A tab's sign is no part of the page and knows no tokens: these are readable on any browser's frame. */
const SIGNS: Record<Shown, { fill: string; ring: string }> = {
  "on-air": { fill: "#d3281c", ring: "#d3281c" },
  holding: { fill: "#f5b74a", ring: "#f5b74a" },
  standby: { fill: "#171a21", ring: "#e9ebf1" },
  offline: { fill: "#9aa3b2", ring: "#9aa3b2" },
  "not-claimed": { fill: "#171a21", ring: "#6aa2ff" },
  unknown: { fill: "#171a21", ring: "#9aa3b2" },
};

export function useTab(desk: Desk): void {
  const session = desk.session.value;
  const lamp: Shown | null = session !== null && !session.claimed ? "not-claimed" : desk.lamp.value;
  const name = desk.boxName.value || strings.product;
  const left = lamp === "holding" ? (desk.state.value?.secondsLeft ?? null) : null;
  const word = lamp === null ? null : strings.lamp[lamp].toUpperCase();
  const title = [word === null ? null : left === null ? word : `${word} ${clock(left)}`, name].filter(Boolean).join(" — ");
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (icon !== null) icon.href = lamp === null ? "/favicon.svg" : drawn(SIGNS[lamp]);
  }, [lamp]);
}

function drawn({ fill, ring }: { fill: string; ring: string }): string {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#171a21"/>` +
    `<circle cx="16" cy="16" r="8" fill="${fill}" stroke="${ring}" stroke-width="3"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
