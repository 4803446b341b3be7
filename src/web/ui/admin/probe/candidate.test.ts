import { expect, test } from "vitest";

import { readCandidate } from "./candidate";

const line = (transport: string, address: string, kind: string) =>
  `candidate:842 1 ${transport} 1677729535 ${address} 50123 typ ${kind} raddr 0.0.0.0 rport 0 generation 0`;

test("an address that STUN told is told from one that an interface has", () => {
  expect(readCandidate(line("udp", "192.168.1.9", "srflx"))).toEqual({ address: "192.168.1.9", told: true });
  expect(readCandidate(line("UDP", "fd00::9", "host"))).toEqual({ address: "fd00::9", told: false });
});

test("a hidden name, TCP and an empty line name no address", () => {
  expect(readCandidate(line("udp", "5d1c3a2e-0000.local", "host"))).toBeNull();
  expect(readCandidate(line("tcp", "192.168.1.9", "host"))).toBeNull();
  expect(readCandidate("")).toBeNull();
});
