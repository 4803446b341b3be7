/** Dark or light: what the system prefers, until the switch says otherwise. */
import { computed, signal } from "@preact/signals";

import { recall, remember } from "./memory";

export type Theme = "dark" | "light";

const prefersLight = matchMedia("(prefers-color-scheme: light)");
const preferred = signal<Theme>(prefersLight.matches ? "light" : "dark");
const chosen = signal<Theme | null>(parse(recall("theme")));

export const theme = computed<Theme>(() => chosen.value ?? preferred.value);

export function startTheme(): void {
  prefersLight.addEventListener("change", (event) => {
    preferred.value = event.matches ? "light" : "dark";
  });
  show();
}

/** The switch. Choosing what the system prefers anyway gives the choice back to the system. */
export function switchTheme(): void {
  const next: Theme = theme.value === "dark" ? "light" : "dark";
  chosen.value = next === preferred.value ? null : next;
  remember("theme", chosen.value ?? "");
  show();
}

function show(): void {
  const root = document.documentElement;
  if (chosen.value === null) delete root.dataset.theme;
  else root.dataset.theme = chosen.value;
}

function parse(text: string | null): Theme | null {
  return text === "dark" || text === "light" ? text : null;
}
