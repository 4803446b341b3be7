/** Words that stand on every screen. */
import type { Lamp } from "../api";

export const common = {
  product: "venuebox",
  loading: "One moment…",
  unreachable: "The box can't be reached.",
  unreachableMore: "Is it switched on, and is this device in its network? Trying again…",
  save: "Save",
  saving: "Saving…",
  saved: "Saved.",
  unsaved: "Not saved yet.",
  cancel: "Cancel",
  copy: "Copy",
  copied: "Copied",
  copyFailed: "Could not copy; select it and copy by hand.",
  show: "Show",
  hide: "Hide",
  optional: "optional",
  skipToContent: "Skip to the content",
  staleMore: "Save again to put yours in its place.",
  failed: "That did not work.",
  onAirFor: "Time on air",
};

export const nav = {
  label: "Sections",
  live: "Live",
  recordings: "Recordings",
  page: "Page",
  keys: "Keys",
  network: "Network",
  settings: "Settings",
  signOut: "Sign out",
  lightTheme: "Light colours",
  darkTheme: "Dark colours",
};

export const lamp = {
  "on-air": "On air",
  holding: "Holding",
  standby: "Standby",
  offline: "Offline",
  "not-claimed": "Not claimed",
  unknown: "No connection",
} satisfies Record<Lamp | "unknown", string>;

export const lost = {
  sentence: "No connection to the box",
  more: "The figures below are from then. Trying again…",
  again: "Trying again…",
  heard: "The connection to the box is lost.",
  back: "Connected to the box again.",
};
