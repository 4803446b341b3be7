import { expect, test } from "vitest";

import { announce, count, hear, latin1 } from "./tracker";

const HASH = "00ff7f80".padEnd(40, "1");

test("a swarm's name is sent as twenty characters, each one byte", () => {
  expect(latin1(HASH)).toHaveLength(20);
  expect(JSON.parse(count([HASH]))).toEqual({ action: "scrape", info_hash: [latin1(HASH)] });
});

test("an announcement has an offer for each peer that may be asked, and wants to be introduced", () => {
  const text = announce({ infoHash: HASH, peerId: "x".repeat(20), offerIds: ["a", "b"], sdp: "v=0" });
  const offer = { type: "offer", sdp: "v=0" };
  expect(JSON.parse(text)).toMatchObject({
    action: "announce",
    info_hash: latin1(HASH),
    numwant: 2,
    left: 1,
    offers: [
      { offer_id: "a", offer },
      { offer_id: "b", offer },
    ],
  });
});

test("the box's answer is told from another page's", () => {
  const answer = (peer_id: string) =>
    hear(JSON.stringify({ info_hash: latin1(HASH), peer_id, offer_id: "a", answer: { type: "answer", sdp: "v=0" } }));
  expect(answer("-VB0100-abcdefghijkl")).toEqual({ kind: "answer", infoHash: HASH, offerId: "a", sdp: "v=0" });
  expect(answer("-WW0207-abcdefghijkl")).toEqual({ kind: "other" });
});

test("how many are in a swarm is counted with the box", () => {
  const files = { [latin1(HASH)]: { complete: 1, incomplete: 4, downloaded: 9 } };
  expect(hear(JSON.stringify({ action: "scrape", files }))).toEqual({ kind: "counted", peers: new Map([[HASH, 5]]) });
});

test("a refusal keeps the box's words", () => {
  expect(hear('{"failure reason":"no room"}')).toEqual({ kind: "refused", reason: "no room" });
});

test("what is nothing of these is passed over", () => {
  for (const text of ["", "null", "7", "{", "{}", '{"action":"announce","interval":120}']) {
    expect(hear(text)).toEqual({ kind: "other" });
  }
});
