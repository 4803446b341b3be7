/** What a browser's ICE candidate says of this device's address. Pure. */

export interface Candidate {
  address: string;
  /** Told by a STUN server, and not read from an interface. */
  told: boolean;
}

/** Of `candidate:1 1 udp 2122 192.168.1.9 50000 typ srflx raddr …`; `null` when it names no address. */
export function readCandidate(line: string): Candidate | null {
  const [, , transport, , address, , , kind] = line.split(" ");
  if (transport?.toLowerCase() !== "udp" || address === undefined || address === "") return null;
  // A browser hides what an interface is called by behind a random name.
  if (kind === "host" && address.endsWith(".local")) return null;
  return { address, told: kind === "srflx" };
}
