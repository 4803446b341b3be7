/** Whether the dashboard has something to say about what is kept on the disk. Pure. */
import type { Archive, BoxState } from "../api";

/** A box that keeps nothing has no card for it. */
export function isKeeping(state: BoxState): state is BoxState & { archive: Archive } {
  const { archive } = state;
  if (archive === undefined || archive === null) return false;
  return archive.recording || archive.rewind || archive.written > 0 || Boolean(archive.warning);
}
