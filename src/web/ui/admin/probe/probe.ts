/**
 * Tries from this browser what a sharing page does: from the tracker's WebSocket to the box's first bytes as a peer.
 * It takes part for real, and takes nothing: what it opens it closes, however it ends.
 */
import { readCandidate } from "./candidate";
import { handshake, isHandshake } from "./handshake";
import { announce, count, type Heard, hear, type InfoHash } from "./tracker";

export const STEPS = ["tracker", "address", "answer", "channel", "handshake"] as const;
export type Step = (typeof STEPS)[number];

/** How long each step may take, milliseconds. Threat: a try that never ends, and holds a place at the box. */
export const TIME_OUTS: Record<Step, number> = {
  tracker: 5_000,
  // Browsers ask several times in it; what is blocked they try for ten seconds.
  address: 5_000,
  answer: 8_000,
  // The box waits for 20 s; a Wi-Fi that lets it through needs less than one.
  channel: 15_000,
  handshake: 5_000,
};
/** For the list of what is seeded, milliseconds. */
const LIST_TIME_OUT = 5_000;

export type Reason =
  | "unreachable"
  | "nothing-seeded"
  | "no-tracker"
  | "no-webrtc"
  | "no-address"
  | "no-answer"
  | "no-channel"
  | "no-handshake"
  | "refused";

export type Outcome =
  | { passed: true; address?: string }
  /** `said`: the box's own words. */
  | { passed: false; reason: Reason; said?: string };

export interface Place {
  /** The tracker: `ws://host/announce`. */
  tracker: string;
  /** The box's STUN: `stun:host:port`. */
  stun: string;
}

/** The box as this page reaches it. */
export function placeOf({ protocol, host, hostname }: Location, stunPort: number): Place {
  const scheme = protocol === "https:" ? "wss:" : "ws:";
  return { tracker: `${scheme}//${host}/announce`, stun: `stun:${hostname}:${stunPort}` };
}

/** Why it could not even begin; `null` when it did. Whoever aborts it hears no more of it. */
export async function probe(
  place: Place,
  told: (step: Step, outcome: Outcome | "trying") => void,
  signal: AbortSignal,
): Promise<Reason | null> {
  const torrents = await seeded();
  if (torrents === null) return "unreachable";
  if (torrents.length === 0) return "nothing-seeded";
  const attempt = new Attempt(place, torrents, signal);
  try {
    for (const step of STEPS) {
      if (signal.aborted) break;
      told(step, "trying");
      const outcome = await attempt[step]();
      if (signal.aborted) break;
      told(step, outcome);
      // Without an address of its own a device may still be reached by another way.
      if (!outcome.passed && outcome.reason !== "no-address") break;
    }
  } finally {
    attempt.close();
  }
  return null;
}

interface Torrent {
  infoHash: InfoHash;
  kind: string;
}

/** What stays longest first. */
const KINDS = ["recording", "chunk", "segment", "folder", "bundle"];
/** The tracker counts up to 74 swarms at once. */
const MOST_COUNTED = 40;
/** The tracker hands on so many offers, unless the operator set less. */
const MOST_OFFERS = 10;

/** What is seeded, best first; `null`: the box does not say. */
async function seeded(): Promise<Torrent[] | null> {
  try {
    const signal = AbortSignal.timeout(LIST_TIME_OUT);
    const response = await fetch("/torrents.json", { cache: "no-store", signal });
    const list = (await response.json()) as { torrents: Torrent[] };
    // Newest last within a kind, in the list.
    return KINDS.flatMap((kind) => list.torrents.filter((torrent) => torrent.kind === kind).reverse());
  } catch {
    return null;
  }
}

class Attempt {
  private readonly peerId = `-VT0100-${chance(12)}`;
  private socket: WebSocket | null = null;
  private connection: RTCPeerConnection | null = null;
  private channelOfOurs: RTCDataChannel | null = null;
  private infoHash: InfoHash;
  /** Others in that swarm. */
  private others = 0;

  constructor(
    private readonly place: Place,
    private readonly torrents: readonly Torrent[],
    private readonly signal: AbortSignal,
  ) {
    this.infoHash = torrents[0]?.infoHash ?? "";
  }

  close(): void {
    this.channelOfOurs?.close();
    this.connection?.close();
    this.socket?.close();
  }

  /** Opens the tracker's socket, and finds the swarm in which the box has time for us. */
  async tracker(): Promise<Outcome> {
    const infoHashes = this.torrents.slice(0, MOST_COUNTED).map(({ infoHash }) => infoHash);
    const heard = await this.within<Heard>("tracker", (found) => {
      const socket = new WebSocket(this.place.tracker);
      this.socket = socket;
      socket.addEventListener("open", () => socket.send(count(infoHashes)));
      socket.addEventListener("message", ({ data }) => {
        const heard = hear(String(data));
        if (heard.kind === "counted" || heard.kind === "refused") found(heard);
      });
      socket.addEventListener("close", () => found(null));
    });
    if (heard?.kind === "refused") return refused(heard.reason);
    if (heard?.kind !== "counted") return failed("no-tracker");
    const peers = (infoHash: InfoHash) => heard.peers.get(infoHash) ?? Infinity;
    const quietest = infoHashes.reduce((best, other) => (peers(other) < peers(best) ? other : best));
    const inIt = peers(quietest);
    this.infoHash = quietest;
    // One of them is the box.
    this.others = Number.isFinite(inIt) ? Math.max(0, inIt - 1) : 0;
    return { passed: true };
  }

  /** Lets the browser ask the box's STUN, and nobody else. */
  async address(): Promise<Outcome> {
    if (typeof RTCPeerConnection === "undefined") return failed("no-webrtc");
    const found = await this.within<{ address: string } | "forbidden">("address", (found) => {
      const forbidden = () => found("forbidden");
      try {
        const connection = new RTCPeerConnection({ iceServers: [{ urls: this.place.stun }] });
        this.connection = connection;
        this.channelOfOurs = connection.createDataChannel("venuebox");
        this.channelOfOurs.binaryType = "arraybuffer";
        let plain: string | null = null;
        let unanswered = false;
        connection.addEventListener("icecandidateerror", () => (unanswered = true));
        connection.addEventListener("icecandidate", ({ candidate }) => {
          const read = candidate === null ? null : readCandidate(candidate.candidate);
          if (read?.told) found(read);
          else if (read !== null) plain = read.address;
          // Where the browser hides nothing, what it is told and what it has are one and the same.
          else if (candidate === null) found(plain === null || unanswered ? null : { address: plain });
        });
        connection.createOffer().then((offer) => connection.setLocalDescription(offer)).catch(forbidden);
      } catch {
        forbidden();
      }
    });
    if (found === "forbidden") return failed("no-webrtc");
    return found === null ? failed("no-address") : { passed: true, address: found.address };
  }

  /** Offers a connection to the box, and takes its answer. */
  async answer(): Promise<Outcome> {
    const { socket, connection, infoHash, peerId } = this;
    const sdp = connection?.localDescription?.sdp;
    if (socket === null || connection === null || sdp === undefined) return failed("no-webrtc");
    // Neighbours come before the box.
    const offerIds = Array.from({ length: Math.min(this.others + 1, MOST_OFFERS) }, () => chance(20));
    const heard = await this.within<Heard>("answer", (found) => {
      socket.addEventListener("message", ({ data }) => {
        const heard = hear(String(data));
        const ours = heard.kind === "answer" && heard.infoHash === infoHash && offerIds.includes(heard.offerId);
        if (ours || heard.kind === "refused") found(heard);
      });
      socket.addEventListener("close", () => found(null));
      if (socket.readyState !== socket.OPEN) return found(null);
      socket.send(announce({ infoHash, peerId, offerIds, sdp }));
    });
    if (heard?.kind === "refused") return refused(heard.reason);
    if (heard?.kind !== "answer") return failed("no-answer");
    try {
      await connection.setRemoteDescription({ type: "answer", sdp: heard.sdp });
      return { passed: true };
    } catch {
      return failed("no-answer");
    }
  }

  async channel(): Promise<Outcome> {
    const { connection, channelOfOurs: channel } = this;
    const open = await this.within<true>("channel", (found) => {
      if (channel?.readyState === "open") return found(true);
      channel?.addEventListener("open", () => found(true));
      channel?.addEventListener("close", () => found(null));
      connection?.addEventListener("connectionstatechange", () => {
        if (connection.connectionState === "failed") found(null);
      });
    });
    return open ? { passed: true } : failed("no-channel");
  }

  async handshake(): Promise<Outcome> {
    const { channelOfOurs: channel, infoHash, peerId } = this;
    let received = new Uint8Array();
    const right = await this.within<boolean>("handshake", (found) => {
      channel?.addEventListener("message", ({ data }) => {
        if (!(data instanceof ArrayBuffer)) return found(false);
        received = Uint8Array.from([...received, ...new Uint8Array(data)]);
        const is = isHandshake(received, infoHash);
        if (is !== null) found(is);
      });
      channel?.addEventListener("close", () => found(null));
      channel?.send(handshake(infoHash, peerId));
    });
    return right ? { passed: true } : failed("no-handshake");
  }

  /** What is found first; `null` when it is nothing, in that step's time. */
  private within<T>(step: Step, begin: (found: (what: T | null) => void) => void): Promise<T | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => found(null), TIME_OUTS[step]);
      const aborted = () => found(null);
      const found = (what: T | null) => {
        clearTimeout(timer);
        this.signal.removeEventListener("abort", aborted);
        resolve(what);
      };
      this.signal.addEventListener("abort", aborted);
      begin(found);
    });
  }
}

function failed(reason: Reason): Outcome {
  return { passed: false, reason };
}

function refused(said: string): Outcome {
  return { passed: false, reason: "refused", said };
}

/** Characters that nobody else has drawn. */
function chance(length: number): string {
  const letters = "0123456789abcdefghijklmnopqrstuv";
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => letters[byte % 32]).join("");
}
