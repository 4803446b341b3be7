import { expect, test } from "vitest";

import { strength } from "./strength";

test("fewer than ten characters are too short, whatever they are", () => {
  expect(strength("")).toBe("empty");
  expect(strength("Xy7!Xy7!x")).toBe("short");
});

test("ten of the same are long enough and no more", () => {
  expect(strength("aaaaaaaaaaaa")).toBe("plain");
  expect(strength("abababababab")).toBe("plain");
});

test("length and kinds of characters make it better", () => {
  expect(strength("abcdefghij")).toBe("plain");
  expect(strength("correct horse")).toBe("good");
  expect(strength("correct horse battery staple")).toBe("strong");
});

test("a character counts once, however many bytes it has", () => {
  expect(strength("🎻🎻🎻🎻🎻")).toBe("short");
});
