import { expect, test } from "vitest";

import { BUFFERING_AFTER, DRY_GRACE, type Facts, LINK_GRACE, scene, STARTING_AFTER } from "./scene";

const watching: Facts = {
  phase: "live",
  shownPhase: "live",
  link: "open",
  linkLostFor: 0,
  player: "playing",
  startingFor: 0,
  dryFor: 0,
  unsupported: false,
};
const picture = { card: null, sign: null, reconnecting: false };
const card = (name: string) => ({ card: name, sign: null, reconnecting: false });

test("while it plays there is the picture and nothing else", () => {
  expect(scene(watching)).toEqual(picture);
});

test("before the box's first word the poster stands without words", () => {
  const facts: Facts = { ...watching, phase: null, shownPhase: null, link: "connecting", player: "idle" };
  expect(scene(facts)).toEqual(card("quiet"));
});

test("with nothing on the page says so", () => {
  expect(scene({ ...watching, phase: "waiting", player: "idle" })).toEqual(card("waiting"));
});

test("a quick start flashes no words, a slow one has some", () => {
  const facts: Facts = { ...watching, player: "starting", startingFor: STARTING_AFTER };
  expect(scene(facts)).toEqual(card("quiet"));
  expect(scene({ ...facts, startingFor: STARTING_AFTER + 1 })).toEqual(card("starting"));
});

test("a held picture stays in sight under its sign", () => {
  const facts: Facts = { ...watching, phase: "holding", shownPhase: "holding" };
  expect(scene(facts)).toEqual({ ...picture, sign: "holding" });
});

test("the sign comes and goes with what is shown, not with what was told", () => {
  expect(scene({ ...watching, phase: "holding" })).toEqual(picture);
  expect(scene({ ...watching, shownPhase: "holding" })).toEqual({ ...picture, sign: "holding" });
});

test("an event that ended is played to its end before the card comes", () => {
  expect(scene({ ...watching, phase: "ended", shownPhase: "ended" })).toEqual(picture);
  expect(scene({ ...watching, phase: "ended", player: "finished" })).toEqual(card("ended"));
});

test("who comes after the end sees the card at once", () => {
  expect(scene({ ...watching, phase: "ended", player: "idle" })).toEqual(card("ended"));
});

test("a short standstill is not worth a word", () => {
  expect(scene({ ...watching, dryFor: BUFFERING_AFTER })).toEqual(picture);
  expect(scene({ ...watching, dryFor: BUFFERING_AFTER + 1 })).toEqual({ ...picture, sign: "buffering" });
});

test("without its link the page plays on and says so quietly", () => {
  const facts: Facts = { ...watching, link: "lost", linkLostFor: LINK_GRACE };
  expect(scene(facts)).toEqual(picture);
  expect(scene({ ...facts, linkLostFor: LINK_GRACE + 1 })).toEqual({ ...picture, reconnecting: true });
});

test("without link and without movement the box counts as out of reach", () => {
  const facts: Facts = { ...watching, link: "lost", linkLostFor: 60_000, dryFor: DRY_GRACE + 1 };
  expect(scene(facts)).toEqual(card("unreachable"));
});

test("with nothing playing a lost link is told, whatever the box said last", () => {
  const facts: Facts = { ...watching, phase: "waiting", player: "idle", link: "lost", linkLostFor: 60_000 };
  expect(scene(facts)).toEqual(card("unreachable"));
});

test("a browser that can't play is told only when there is something to play", () => {
  const facts: Facts = { ...watching, player: "starting", unsupported: true };
  expect(scene(facts)).toEqual(card("unsupported"));
  expect(scene({ ...facts, phase: "waiting" })).toEqual(card("waiting"));
});

test("a recording that is not there is said to be so", () => {
  const facts: Facts = { ...watching, phase: null, shownPhase: null, player: "idle", missing: true };
  expect(scene(facts)).toEqual(card("missing"));
});

test("who watches from the cloud is not told that the box is being called", () => {
  const facts: Facts = { ...watching, link: "lost", linkLostFor: 60_000, refuge: true };
  expect(scene(facts)).toEqual(picture);
  expect(scene({ ...facts, dryFor: DRY_GRACE + 1 })).toEqual(card("unreachable"));
});
