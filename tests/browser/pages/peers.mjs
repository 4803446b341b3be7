/** What the pages with peers have in common: without names of their own, and with a tally of what came from where. */

// Names that end with `.local` lead nowhere where multicast is filtered: what the box's STUN says has to do.
const { get: describe } = Object.getOwnPropertyDescriptor(RTCPeerConnection.prototype, "localDescription");
Object.defineProperty(RTCPeerConnection.prototype, "localDescription", {
  get() {
    const whole = describe.call(this);
    if (whole === null) return null;
    const lines = whole.sdp.split("\r\n").filter((line) => !/^a=candidate:.*\.local /.test(line));
    return { type: whole.type, sdp: lines.join("\r\n") };
  },
});

/** Counts whole segments; a test reads `window.loaded`, and a person the page. */
export function tally(engine) {
  const loaded = { http: { segments: 0, bytes: 0 }, p2p: { segments: 0, bytes: 0 } };
  window.loaded = loaded;
  const log = document.body.appendChild(document.createElement("pre"));
  const note = (text) => log.append(`${text}\n`);
  engine.addEventListener("onSegmentLoaded", ({ downloadSource, bytesLength }) => {
    loaded[downloadSource].segments += 1;
    loaded[downloadSource].bytes += bytesLength;
    note(`${bytesLength} bytes by ${downloadSource}`);
  });
  engine.addEventListener("onSegmentError", ({ downloadSource, error }) => {
    note(`no bytes by ${downloadSource}: ${error}`);
  });
  engine.addEventListener("onPeerConnect", ({ peerId }) => note(`connected to ${peerId}`));
  engine.addEventListener("onPeerClose", ({ peerId }) => note(`parted from ${peerId}`));
  engine.addEventListener("onTrackerWarning", ({ warning }) => note(`the tracker: ${warning}`));
  engine.addEventListener("onTrackerError", ({ error }) => note(`the tracker: ${error}`));
}
