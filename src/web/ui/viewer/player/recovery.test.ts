import { expect, test } from "vitest";

import { Recovery } from "./recovery";

test("a first network trouble keeps the buffers, later ones begin anew, ever slower", () => {
  const recovery = new Recovery(() => 1);
  const remedies = Array.from({ length: 5 }, () => recovery.decide("network"));
  expect(remedies).toEqual([
    { act: "resume", after: 500 },
    { act: "recreate", after: 1_000 },
    { act: "recreate", after: 2_000 },
    { act: "recreate", after: 4_000 },
    { act: "recreate", after: 5_000 },
  ]);
});

test("a first media trouble is mended at once", () => {
  const recovery = new Recovery(() => 1);
  expect(recovery.decide("media")).toEqual({ act: "recover", after: 0 });
  expect(recovery.decide("media")).toEqual({ act: "recreate", after: 500 });
});

test("after healthy playback a trouble is a first one again", () => {
  const recovery = new Recovery(() => 1);
  recovery.decide("network");
  recovery.decide("network");
  recovery.healthy();
  expect(recovery.decide("network")).toEqual({ act: "resume", after: 500 });
});
