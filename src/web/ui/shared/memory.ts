/** What the browser remembers for this page. Storage may be full, blocked or absent: then nothing is remembered. */

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`venuebox.${key}`, value);
  } catch {
    // Private windows and blocked storage: the choice holds for this visit.
  }
}

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`venuebox.${key}`);
  } catch {
    return null;
  }
}
