/** The first bytes of either side of a BitTorrent connection (BEP 3). Pure. */
import { type InfoHash, latin1 } from "./tracker";

const PROTOCOL = "\x13BitTorrent protocol";
const RESERVED = "\0".repeat(8);
const PEER_ID = 20;

export const HANDSHAKE_LENGTH = PROTOCOL.length + RESERVED.length + 20 + PEER_ID;

export function handshake(infoHash: InfoHash, peerId: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(PROTOCOL + RESERVED + latin1(infoHash) + peerId, (character) => character.charCodeAt(0));
}

/** Whether what came is the other side's handshake about that torrent; `null` while it is not whole. */
export function isHandshake(received: Uint8Array, infoHash: InfoHash): boolean | null {
  const said = String.fromCharCode(...received.subarray(0, HANDSHAKE_LENGTH));
  const begins = Math.min(said.length, PROTOCOL.length);
  if (said.slice(0, begins) !== PROTOCOL.slice(0, begins)) return false;
  if (said.length < HANDSHAKE_LENGTH) return null;
  const from = PROTOCOL.length + RESERVED.length;
  return said.slice(from, from + 20) === latin1(infoHash);
}
