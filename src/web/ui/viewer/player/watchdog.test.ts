import { expect, test } from "vitest";

import { JUMP_AFTER, RECREATE_AFTER, type Rescue, Watchdog } from "./watchdog";

const STEP = 250;

/** Looks every quarter second from `from` to `to`; the rescues, with their times. */
function watch(dog: Watchdog, from: number, to: number, position: (now: number) => number, shouldMove = true) {
  const rescues: [number, Rescue][] = [];
  for (let now = from; now <= to; now += STEP) {
    const rescue = dog.look(now, position(now), shouldMove);
    if (rescue !== null) rescues.push([now, rescue]);
  }
  return rescues;
}

test("a picture that moves is left alone", () => {
  expect(watch(new Watchdog(), 0, 60_000, (now) => now / 1_000)).toEqual([]);
});

test("a picture that stands is moved once, then begun anew, for as long as it stands", () => {
  expect(watch(new Watchdog(), 0, 2 * RECREATE_AFTER, () => 7)).toEqual([
    [JUMP_AFTER, "jump"],
    [RECREATE_AFTER, "recreate"],
    [RECREATE_AFTER + JUMP_AFTER, "jump"],
    [2 * RECREATE_AFTER, "recreate"],
  ]);
});

test("a paused picture may stand", () => {
  const dog = new Watchdog();
  expect(watch(dog, 0, 60_000, () => 7, false)).toEqual([]);
  expect(watch(dog, 60_250, 63_000, () => 7)).toEqual([]);
});

test("a jump that did not help is not taken for movement", () => {
  const dog = new Watchdog();
  let position = 7;
  const rescues: Rescue[] = [];
  for (let now = 0; now <= RECREATE_AFTER; now += STEP) {
    const rescue = dog.look(now, position, true);
    if (rescue === "jump") dog.expect((position = 20));
    if (rescue !== null) rescues.push(rescue);
  }
  expect(rescues).toEqual(["jump", "recreate"]);
});

test("a page that slept judges nothing by the time it slept", () => {
  const dog = new Watchdog();
  watch(dog, 0, 1_000, () => 7);
  expect(dog.look(60_000, 7, true)).toBeNull();
});
