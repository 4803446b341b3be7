import { expect, test } from "vitest";

import { ageOf, BROKEN_OFF, firstPlaylist, standing } from "./entrance";

const MULTIVARIANT = `#EXTM3U
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=2600000,CODECS="avc1.64001f,mp4a.40.2"

x7k2/3-0/stream.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=600000
x7k2/3-1/stream.m3u8
`;
const MEDIA = `#EXTM3U
#EXT-X-TARGETDURATION:4
#EXT-X-MAP:URI="init-0.mp4"
#EXTINF:4.0,
7.m4s
`;

test("the first media playlist tells how the event stands", () => {
  expect(firstPlaylist(MULTIVARIANT)).toBe("x7k2/3-0/stream.m3u8");
  expect(firstPlaylist(MULTIVARIANT.replaceAll("\n", "\r\n"))).toBe("x7k2/3-0/stream.m3u8");
});

test("what is no multivariant playlist names none", () => {
  for (const text of ["", "<html>not found</html>", "#EXTM3U\n", MEDIA, "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n"]) {
    expect(firstPlaylist(text)).toBeNull();
  }
});

test("a playlist that goes on is live, one with an end is over", () => {
  expect(standing(MEDIA, 3_000)).toBe("live");
  expect(standing(MEDIA, null)).toBe("live");
  expect(standing(`${MEDIA}#EXT-X-ENDLIST\n`, 3_000)).toBe("ended");
});

test("an old one without an end was broken off", () => {
  expect(standing(MEDIA, BROKEN_OFF + 1)).toBe("waiting");
});

test("before its first segment nothing is on", () => {
  expect(standing("#EXTM3U\n#EXT-X-TARGETDURATION:4\n", 0)).toBe("waiting");
  expect(standing("<html>", 0)).toBe("waiting");
});

test("age is by the clock of who answers", () => {
  expect(ageOf("Tue, 03 Nov 2026 12:00:30 GMT", "Tue, 03 Nov 2026 12:00:00 GMT")).toBe(30_000);
  expect(ageOf("Tue, 03 Nov 2026 12:00:00 GMT", "Tue, 03 Nov 2026 12:00:01 GMT")).toBe(0);
  expect(ageOf(null, "Tue, 03 Nov 2026 12:00:00 GMT")).toBeNull();
});
