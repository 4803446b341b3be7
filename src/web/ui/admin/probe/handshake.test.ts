import { expect, test } from "vitest";

import { HANDSHAKE_LENGTH, handshake, isHandshake } from "./handshake";

const HASH = "00ff7f80".padEnd(40, "1");
const whole = handshake(HASH, "-VB0100-abcdefghijkl");

test("a handshake has 68 bytes, and says what it is", () => {
  expect(HANDSHAKE_LENGTH).toBe(68);
  expect(whole).toHaveLength(68);
  expect([...whole.subarray(0, 5)]).toEqual([19, 0x42, 0x69, 0x74, 0x54]);
  expect([...whole.subarray(28, 32)]).toEqual([0x00, 0xff, 0x7f, 0x80]);
});

test("it is waited for until it is whole, and what follows it may be there already", () => {
  expect(isHandshake(whole.subarray(0, 0), HASH)).toBeNull();
  expect(isHandshake(whole.subarray(0, 67), HASH)).toBeNull();
  expect(isHandshake(Uint8Array.from([...whole, 0, 0, 0, 1, 14]), HASH)).toBe(true);
});

test("another protocol or another torrent is none", () => {
  expect(isHandshake(new TextEncoder().encode("HTTP/1.1"), HASH)).toBe(false);
  expect(isHandshake(whole, "22".repeat(20))).toBe(false);
});
