/**
 * One headless Chromium, a window for each player, driven by lines of JSON.
 *
 * Commands come on standard input, each with an `id`, and are answered by {id, value} or {id, error}. Once a
 * second each player reports: {player, time, paused, muted, readyState, decodedFrames, audioBytes, error, latency,
 * width, height, stood}. Chromium and its profile go when standard input closes.
 */
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

import { servePages } from "./pages.mjs";

const AXE = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

const REPORT_EVERY = 1_000;
const LOOK_EVERY = 100;
/** Reaching it is a failure, milliseconds. */
const PATIENCE = 60_000;
const WATCH = fileURLToPath(new URL("watch.js", import.meta.url));

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    // Every window counts as watched, whichever lies on top.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
  ],
});
const pages = await servePages();
const players = new Map();

/** The page that plays `url` in the way of `kind`; one with peers learns of its own address by `stun`, HOST:PORT. */
function address(kind, url, stun) {
  const src = encodeURIComponent(url);
  switch (kind) {
    case "ours":
      return url;
    case "webtorrent":
      return `${pages}/${kind}.html`;
    case "peers-hlsjs":
    case "peers-shaka":
      return `${pages}/${kind}.html?src=${src}&stun=${stun}`;
    case "hlsjs":
    case "shaka":
      return `${pages}/${kind}.html?src=${src}`;
    case "hlsjs-plain":
    case "shaka-plain":
      return `${pages}/${kind.replace("-plain", "")}.html?plain&src=${src}`;
    case "native":
      return `${pages}/native.html?src=${src}`;
    default:
      throw new Error(`no player is called ${kind}`);
  }
}

async function open({ player, kind, url, stun, width = 640, height = 480 }) {
  // A context of its own for each: a browser opens six connections to a host, and a player needs three.
  const context = await browser.newContext({ viewport: { width, height }, locale: "en" });
  await context.addInitScript({ path: WATCH });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const seat = { page, requests: [], complaints: [], reporting: undefined };
  page.on("request", (request) => seat.requests.push(request.url()));
  page.on("websocket", (socket) => seat.requests.push(socket.url()));
  page.on("pageerror", (error) => seat.complaints.push(`${error}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") seat.complaints.push(message.text());
  });
  page.on("crash", () => say({ player, error: "the page crashed" }));
  players.set(player, seat);
  await page.goto(address(kind, url, stun), { waitUntil: "commit" });
  seat.reporting = setInterval(async () => {
    try {
      const report = await page.evaluate(() => window.report?.() ?? null);
      if (report !== null) say({ player, ...report });
    } catch {
      // The page is on its way to another document, or gone.
    }
  }, REPORT_EVERY);
}

/** Looks until the expression comes to something true: from outside, as the box's CSP lets no page evaluate words. */
async function until({ player, expression }) {
  const { page } = seat(player);
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const value = await page.evaluate(expression).catch((error) => {
      // A page that is loaded anew in this moment is looked at again.
      if (!error.message.includes("Execution context was destroyed")) throw error;
    });
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`still ${value}; the page says: ${await page.innerText("body")}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
}

const commands = {
  open,
  evaluate: ({ player, expression }) => seat(player).page.evaluate(expression),
  until,
  click: ({ player, button }) => seat(player).page.getByRole("button", { name: button, exact: true }).click(),
  press: ({ player, key }) => seat(player).page.keyboard.press(key),
  requests: ({ player }) => seat(player).requests,
  complaints: ({ player }) => seat(player).complaints,
  /** Types into the field that is called so. */
  fill: ({ player, label, text }) => field(player, label).fill(text),
  upload: ({ player, label, path }) => field(player, label).setInputFiles(path),
  follow: ({ player, link }) => seat(player).page.getByRole("link", { name: link, exact: true }).first().click(),
  visit: async ({ player, url }) => {
    await seat(player).page.goto(url);
  },
  /** A picture of the whole page, in those colours and of that width. */
  async screenshot({ player, path, theme, width = 1280, height = 800 }) {
    const { page } = seat(player);
    const before = page.viewportSize();
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height });
    await page.screenshot({ path, fullPage: true, animations: "disabled" });
    await page.setViewportSize(before);
    await page.emulateMedia({ colorScheme: null, reducedMotion: null });
    return path;
  },
  async pdf({ player, path }) {
    await seat(player).page.pdf({ path, preferCSSPageSize: true, printBackground: true });
    return path;
  },
  /** What axe-core finds serious or worse, in the colours given: `rule: elements`. */
  async axe({ player, theme }) {
    const { page } = seat(player);
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    // Half-way through a change of colour nothing has its contrast.
    await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
    // From outside, as the box's CSP takes no script of a stranger's.
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    await page.emulateMedia({ colorScheme: null, reducedMotion: null });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
  },
  async close({ player }) {
    clearInterval(seat(player).reporting);
    await seat(player).page.context().close();
    players.delete(player);
  },
};

/** The field with that label: a list that belongs to one may be called the same. */
function field(player, label) {
  const { page } = seat(player);
  return page.locator("input, textarea").and(page.getByLabel(label, { exact: true }));
}

function seat(player) {
  const found = players.get(player);
  if (found === undefined) throw new Error(`${player} is not open`);
  return found;
}

async function obey({ id, command, ...rest }) {
  try {
    say({ id, value: (await commands[command](rest)) ?? null });
  } catch (error) {
    say({ id, error: `${command} ${JSON.stringify(rest)}: ${error}` });
  }
}

const input = createInterface({ input: process.stdin });
input.on("line", (line) => void obey(JSON.parse(line)));
input.on("close", async () => {
  await browser.close();
  process.exit(0);
});
browser.on("disconnected", () => process.exit(1));
say({ ready: true });
