/** What a peer says to the box's tracker over its WebSocket, and what it hears: WebTorrent's JSON. Pure. */

/** A swarm's name: 40 hexadecimal digits, as `/torrents.json` has it. */
export type InfoHash = string;

/** The name by which the box's own seeder goes in swarms begins so. */
const BOX = "-VB";

export interface Offer {
  infoHash: InfoHash;
  peerId: string;
  /** One for each peer that may be asked; they all carry the same offer. */
  offerIds: readonly string[];
  sdp: string;
}

export type Heard =
  /** How many are in each swarm, the box among them. */
  | { kind: "counted"; peers: Map<InfoHash, number> }
  /** The box's own answer to an offer. */
  | { kind: "answer"; infoHash: InfoHash; offerId: string; sdp: string }
  | { kind: "refused"; reason: string }
  /** Of or for somebody else. */
  | { kind: "other" };

const OTHER: Heard = { kind: "other" };

/** Asks how many are in each of these swarms. */
export function count(infoHashes: readonly InfoHash[]): string {
  return JSON.stringify({ action: "scrape", info_hash: infoHashes.map(latin1) });
}

export function announce({ infoHash, peerId, offerIds, sdp }: Offer): string {
  return JSON.stringify({
    action: "announce",
    event: "started",
    info_hash: latin1(infoHash),
    peer_id: peerId,
    numwant: offerIds.length,
    uploaded: 0,
    downloaded: 0,
    // Whoever has all of it is not introduced to the box.
    left: 1,
    offers: offerIds.map((offer_id) => ({ offer_id, offer: { type: "offer", sdp } })),
  });
}

export function hear(text: string): Heard {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return OTHER;
  }
  if (!isRecord(message)) return OTHER;
  const { "failure reason": reason, files, answer, offer_id: offerId, peer_id: peerId, info_hash: infoHash } = message;
  if (typeof reason === "string") return { kind: "refused", reason };
  if (isRecord(files)) return { kind: "counted", peers: counted(files) };
  const named = typeof infoHash === "string" && typeof offerId === "string";
  const ofTheBox = typeof peerId === "string" && peerId.startsWith(BOX);
  if (named && ofTheBox && isRecord(answer) && typeof answer.sdp === "string") {
    return { kind: "answer", infoHash: hex(infoHash), offerId, sdp: answer.sdp };
  }
  return OTHER;
}

/** Twenty bytes as a string of as many characters. */
export function latin1(infoHash: InfoHash): string {
  return (infoHash.match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join("");
}

function hex(latin: string): InfoHash {
  return [...latin].map((character) => character.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

function counted(files: Record<string, unknown>): Map<InfoHash, number> {
  const peers = new Map<InfoHash, number>();
  for (const [name, counts] of Object.entries(files)) {
    if (isRecord(counts)) peers.set(hex(name), Number(counts.complete) + Number(counts.incomplete));
  }
  return peers;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
