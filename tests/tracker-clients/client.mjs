/**
 * npm's bittorrent-tracker as a client, driven by lines on standard input.
 *
 *   node client.mjs '{"infoHash": hex, "peerId": hex, "announce": url, "port": 6881}'
 *
 * Lines in: start, update, complete, stop, scrape, destroy. Lines out, JSON: {event: "update", complete, incomplete,
 * interval}, {event: "peer", address} (http, udp) or {event: "peer", id} (ws), {event: "connected", id} once a data
 * channel is open, {event: "scrape", …}, {event: "warning" | "error", message}.
 */
import { createInterface } from "node:readline";
import Client from "bittorrent-tracker";

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const { infoHash, peerId, announce, port, left } = JSON.parse(process.argv[2]);
const client = new Client({
  infoHash,
  peerId,
  announce,
  port,
  // Host candidates are enough on one machine.
  rtcConfig: { iceServers: [] },
  getAnnounceOpts: () => ({ left: left ?? 1, uploaded: 0, downloaded: 0 }),
});
client.on("update", ({ complete, incomplete }) => say({ event: "update", complete, incomplete }));
client.on("scrape", ({ complete, incomplete, downloaded }) => say({ event: "scrape", complete, incomplete, downloaded }));
client.on("warning", ({ message }) => say({ event: "warning", message }));
client.on("error", ({ message }) => say({ event: "error", message }));
client.on("peer", (peer) => {
  if (typeof peer === "string") return say({ event: "peer", address: peer });
  say({ event: "peer", id: peer.id });
  peer.on("connect", () => say({ event: "connected", id: peer.id }));
  peer.on("error", ({ message }) => say({ event: "lost", message }));
});

const commands = {
  start: () => client.start(),
  update: () => client.update(),
  complete: () => client.complete(),
  stop: () => client.stop(),
  scrape: () => client.scrape(),
  destroy: () => client.destroy(() => process.exit(0)),
};
const input = createInterface({ input: process.stdin });
input.on("line", (line) => commands[line]());
input.on("close", () => process.exit(0));
say({ event: "ready" });
