import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { handshake } from "./handshake";
import { type Outcome, placeOf, probe, type Step, TIME_OUTS } from "./probe";
import { latin1 } from "./tracker";

const BUSY = "aa".repeat(20);
const QUIET = "bb".repeat(20);
const PLACE = { tracker: "ws://box/announce", stun: "stun:box:3478" };

/** How far the box and the network let a device come. */
let reach = { socket: true, stun: true, answer: true, channel: true, handshake: true };
let opened: { closed: boolean }[] = [];
let announced: Record<string, unknown> | null = null;

class Fake extends EventTarget {
  closed = false;
  constructor() {
    super();
    opened.push(this);
  }
  close() {
    this.closed = true;
  }
  protected say(kind: string, fields: object = {}) {
    queueMicrotask(() => this.dispatchEvent(Object.assign(new Event(kind), fields)));
  }
}

class FakeSocket extends Fake {
  readonly OPEN = 1;
  readyState = 1;
  constructor() {
    super();
    this.say(reach.socket ? "open" : "close");
  }
  send(text: string) {
    const message = JSON.parse(text);
    if (message.action === "scrape") {
      const files = Object.fromEntries(
        [BUSY, QUIET].map((hash) => [latin1(hash), { complete: 1, incomplete: hash === BUSY ? 8 : 1 }]),
      );
      return this.say("message", { data: JSON.stringify({ files }) });
    }
    announced = message;
    const { info_hash, offers } = message;
    const answer = { type: "answer", sdp: "theirs" };
    const said = { info_hash, offer_id: offers[0].offer_id, answer };
    this.say("message", { data: JSON.stringify({ ...said, peer_id: "-WW0207-abcdefghijkl" }) });
    if (reach.answer) this.say("message", { data: JSON.stringify({ ...said, peer_id: "-VB0100-abcdefghijkl" }) });
  }
}

class FakeChannel extends Fake {
  readyState = "connecting";
  open() {
    this.readyState = "open";
    this.say("open");
  }
  send() {
    const bytes = handshake(QUIET, "-VB0100-abcdefghijkl");
    if (!reach.handshake) return;
    this.say("message", { data: bytes.slice(0, 30).buffer });
    this.say("message", { data: bytes.slice(30).buffer });
  }
}

class FakeConnection extends Fake {
  connectionState = "new";
  localDescription: object | null = null;
  private readonly channel = new FakeChannel();
  createDataChannel() {
    return this.channel;
  }
  createOffer() {
    return Promise.resolve({ type: "offer", sdp: "ours" });
  }
  setLocalDescription(offer: object) {
    this.localDescription = offer;
    const found = (line: string) => this.say("icecandidate", { candidate: { candidate: line } });
    found("candidate:1 1 udp 1 hidden.local 5 typ host");
    if (reach.stun) found("candidate:2 1 udp 1 10.0.4.77 5 typ srflx");
    return Promise.resolve();
  }
  setRemoteDescription() {
    if (reach.channel) {
      this.channel.open();
    } else {
      this.connectionState = "failed";
      this.say("connectionstatechange");
    }
    return Promise.resolve();
  }
}

const seeded = (hashes: string[]) => () =>
  Promise.resolve(Response.json({ torrents: hashes.map((infoHash) => ({ infoHash, kind: "segment" })) }));

beforeEach(() => {
  vi.useFakeTimers();
  reach = { socket: true, stun: true, answer: true, channel: true, handshake: true };
  opened = [];
  announced = null;
  vi.stubGlobal("fetch", seeded([QUIET, BUSY]));
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("RTCPeerConnection", FakeConnection);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** What came of each step that was begun, and whether it could begin. */
async function tried(signal = new AbortController().signal) {
  const outcomes: Partial<Record<Step, Outcome | "trying">> = {};
  const over = probe(PLACE, (step, outcome) => (outcomes[step] = outcome), signal);
  await vi.runAllTimersAsync();
  const reason = await over;
  expect(opened.every(({ closed }) => closed)).toBe(true);
  return { reason, outcomes };
}

const reasons = async () => {
  const { outcomes } = await tried();
  return Object.entries(outcomes).map(([step, outcome]) =>
    outcome === "trying" || outcome.passed ? step : `${step}: ${outcome.reason}`,
  );
};

test("all steps pass where nothing stands in the way, and nothing stays open", async () => {
  const { reason, outcomes } = await tried();
  expect(reason).toBeNull();
  expect(outcomes).toEqual({
    tracker: { passed: true },
    address: { passed: true, address: "10.0.4.77" },
    answer: { passed: true },
    channel: { passed: true },
    handshake: { passed: true },
  });
  expect(opened).toHaveLength(3);
});

test("it goes where the fewest are, with an offer for each of them and one for the box", async () => {
  await tried();
  expect(announced).toMatchObject({ info_hash: latin1(QUIET), numwant: 2 });
});

test("without a socket it ends at once", async () => {
  reach.socket = false;
  expect(await reasons()).toEqual(["tracker: no-tracker"]);
});

test("a blocked STUN is told, and the rest is tried all the same", async () => {
  reach.stun = false;
  expect(await reasons()).toEqual(["tracker", "address: no-address", "answer", "channel", "handshake"]);
});

test("a browser that may not connect is told apart", async () => {
  vi.stubGlobal("RTCPeerConnection", undefined);
  expect(await reasons()).toEqual(["tracker", "address: no-webrtc"]);
});

test("an answer of another page's is none of the box's", async () => {
  reach.answer = false;
  expect((await reasons()).at(-1)).toBe("answer: no-answer");
});

test("a network that keeps devices apart opens no channel", async () => {
  reach.channel = false;
  expect((await reasons()).at(-1)).toBe("channel: no-channel");
});

test("a channel over which nothing comes is given up", async () => {
  reach.handshake = false;
  const before = Date.now();
  expect((await reasons()).at(-1)).toBe("handshake: no-handshake");
  expect(Date.now() - before).toBeLessThanOrEqual(TIME_OUTS.handshake);
});

test("where nothing is seeded nothing is opened", async () => {
  vi.stubGlobal("fetch", seeded([]));
  expect(await tried()).toEqual({ reason: "nothing-seeded", outcomes: {} });
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  expect(await tried()).toEqual({ reason: "unreachable", outcomes: {} });
  expect(opened).toEqual([]);
});

test("who leaves the page hears no more, and leaves nothing open", async () => {
  reach.channel = false;
  const leaving = new AbortController();
  const told = vi.fn();
  const over = probe(PLACE, told, leaving.signal);
  leaving.abort();
  await vi.runAllTimersAsync();
  await over;
  expect(told).not.toHaveBeenCalled();
  expect(opened.every(({ closed }) => closed)).toBe(true);
});

test("the box is asked by the name in the address bar", () => {
  const at = (url: string) => placeOf(new URL(url) as unknown as Location, 3478);
  expect(at("http://10.0.4.1:8080/admin")).toEqual({ tracker: "ws://10.0.4.1:8080/announce", stun: "stun:10.0.4.1:3478" });
  expect(at("https://box.local/admin").tracker).toBe("wss://box.local/announce");
  expect(at("http://[fd00::1]/admin").stun).toBe("stun:[fd00::1]:3478");
});
