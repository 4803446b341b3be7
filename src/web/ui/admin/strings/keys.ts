/** Words of the stream keys. */
import type { Takeover } from "../api";

export const keys = {
  title: "Stream keys",
  lead: "Each encoder gets a key of its own. Whoever has a key can be on air, so treat it like a password.",
  add: "New key",
  name: "Name",
  nameHint: "Where it is used: “Camera 1”, “Laptop at the desk”.",
  rule: "If another encoder is on air already",
  none: "There is no key yet, so no encoder can connect.",
  live: "on air",
  used: "Last used",
  neverUsed: "Never used.",
  showKey: "Show key",
  hideKey: "Hide key",
  edit: "Change",
  revoke: "Revoke…",
  made: "The key is made. Copy it into OBS.",
  askRevoke: {
    text: "No encoder can connect with it any more.",
    live: "The encoder that is on air with it is dropped now: viewers see “Back in a moment”, and the event ends if nothing else comes.",
    confirm: "Revoke key",
  },
  takeover: {
    reject: { title: "It waits outside", more: "This key is turned away while another encoder is on air." },
    replace: { title: "It takes over", more: "This key puts the other encoder off and goes on air itself." },
    standby: { title: "It stands by", more: "This key waits, and goes on air when the other encoder leaves." },
  } satisfies Record<Takeover, { title: string; more: string }>,
};
