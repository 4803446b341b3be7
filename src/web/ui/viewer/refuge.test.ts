import { expect, test } from "vitest";

import { BACK_FOR, FAILING, LINK_GONE, Refuge, SETTLED, type Signs, STANDS, STAY } from "./refuge";

const well: Signs = { onAir: true, known: true, standing: 0, linkLost: 0, failing: 0, linkOpen: 60_000 };
const gone: Signs = { ...well, standing: STANDS + 1, linkLost: LINK_GONE + 1, linkOpen: 0 };

test("it goes to the cloud when the picture stands and the box is gone", () => {
  expect(new Refuge().look(0, gone)).toBe(true);
});

test("requests that keep failing count as much as a lost link", () => {
  const failing: Signs = { ...well, standing: STANDS + 1, failing: FAILING + 1 };
  expect(new Refuge().look(0, failing)).toBe(true);
});

test("whoever still has a picture stays", () => {
  expect(new Refuge().look(0, { ...gone, standing: STANDS })).toBe(false);
});

test("a picture that stands while the box answers is no reason", () => {
  expect(new Refuge().look(0, { ...well, standing: 60_000 })).toBe(false);
});

test("without a cloud, and while nothing is on, there is nowhere to go", () => {
  expect(new Refuge().look(0, { ...gone, known: false })).toBe(false);
  expect(new Refuge().look(0, { ...gone, onAir: false })).toBe(false);
});

test("it comes back when the box has answered for a while", () => {
  const refuge = new Refuge();
  refuge.look(0, gone);
  const later = STAY.first;
  expect(refuge.look(later, gone)).toBe(true);
  expect(refuge.look(later, { ...well, linkOpen: BACK_FOR - 1 })).toBe(true);
  expect(refuge.look(later, { ...well, linkOpen: BACK_FOR })).toBe(false);
});

test("a box that comes and goes is not followed each time", () => {
  const refuge = new Refuge();
  refuge.look(0, gone);
  expect(refuge.look(STAY.first - 1, well)).toBe(true);
  expect(refuge.look(STAY.first, well)).toBe(false);
  refuge.look(20_000, gone);
  expect(refuge.look(20_000 + STAY.first, well)).toBe(true);
  expect(refuge.look(20_000 + 2 * STAY.first, well)).toBe(false);
});

test("after a long time at home the next stay is a short one", () => {
  const refuge = new Refuge();
  refuge.look(0, gone);
  refuge.look(STAY.first, well);
  const next = STAY.first + SETTLED + 1;
  refuge.look(next, gone);
  expect(refuge.look(next + STAY.first, well)).toBe(false);
});

test("an event that is over leaves the cloud too", () => {
  const refuge = new Refuge();
  refuge.look(0, gone);
  expect(refuge.look(1_000, { ...gone, onAir: false })).toBe(false);
});
