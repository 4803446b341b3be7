// Plays a stream in Debian's Chromium and prints, as one line of JSON, how far behind the clock it was.
//
//   node latency.mjs PLAYLIST SECONDS

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";

const require = createRequire(new URL("../../browser/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const [playlist, seconds] = process.argv.slice(2);

const page = `<!doctype html><title>latency</title><video id="video" muted></video><script src="hls.js"></script>
<script>
  const video = document.getElementById("video");
  // As the box's own page plays.
  const hls = new Hls({ lowLatencyMode: true, liveSyncDuration: 1.8, maxLiveSyncPlaybackRate: 1.1,
    liveSyncOnStallIncrease: 0, maxBufferLength: 10, backBufferLength: 1e9 });
  window.stalls = 0;
  hls.on(Hls.Events.ERROR, (_, data) => {
    if (data.details === Hls.ErrorDetails.BUFFER_STALLED_ERROR) window.stalls += 1;
  });
  hls.on(Hls.Events.MANIFEST_PARSED, () => video.play());
  hls.loadSource(${JSON.stringify(playlist)});
  hls.attachMedia(video);
  window.behind = () => (video.currentTime > 0 && hls.playingDate ? (Date.now() - hls.playingDate) / 1000 : null);
</script>`;

const server = createServer(async (request, response) => {
  const script = request.url === "/hls.js";
  response.setHeader("content-type", script ? "text/javascript" : "text/html");
  response.end(script ? await readFile(require.resolve("hls.js/dist/hls.min.js")) : page);
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--autoplay-policy=no-user-gesture-required", "--no-sandbox"],
});
try {
  const tab = await browser.newPage();
  await tab.goto(`http://127.0.0.1:${server.address().port}/`);
  await tab.waitForFunction(() => window.behind() !== null);
  // A newcomer catches up first.
  await tab.waitForTimeout(10_000);
  const seen = await tab.evaluate(async (seconds) => {
    const latencies = [];
    const [end, stalls] = [Date.now() + seconds * 1000, window.stalls];
    while (Date.now() < end) {
      latencies.push(window.behind());
      await new Promise((next) => setTimeout(next, 100));
    }
    return { latencies, stalls: window.stalls - stalls };
  }, Number(seconds));
  console.log(JSON.stringify({ ...seen, version: `Chromium ${browser.version()}` }));
} finally {
  await browser.close();
  server.close();
}
