/** The operator's own colour, put in place of ours where it can be read. */

const INKS = ["#ffffff", "#08152e"] as const;

/** Dark or light words on it, whichever are read better. */
export function inkOn(colour: string): string {
  return contrast(colour, INKS[0]) >= contrast(colour, INKS[1]) ? INKS[0] : INKS[1];
}

/** WCAG 2: 1 (the same) to 21 (black on white). */
export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

export function showAccent(colour: string | null): void {
  const { style } = document.documentElement;
  const set = (token: string, value: string | null) =>
    value === null ? style.removeProperty(token) : style.setProperty(token, value);
  const ink = colour === null ? null : inkOn(colour);
  set("--accent", colour);
  set("--accent-ink", ink);
  set("--prompt", colour);
  set("--prompt-ink", ink);
}

function luminance(colour: string): number {
  const channel = (at: number) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
