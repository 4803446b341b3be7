/** How every icon is drawn. Which ones there are is said by each page, so that its build holds no other. */

/** Always beside a word or in a button with a label: by itself it says nothing to a screen reader. */
export function Glyph({ drawing, filled = false }: { drawing: string; filled?: boolean }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill={filled ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      dangerouslySetInnerHTML={{ __html: drawing }}
    />
  );
}

/** The drawing within an `<svg>` file of our own build. */
export function drawingOf(file: string): string {
  return file.slice(file.indexOf(">", file.indexOf("<svg")) + 1, file.lastIndexOf("</svg>")).trim();
}
