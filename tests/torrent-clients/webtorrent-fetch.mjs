// Fetches the only file of a magnet with WebTorrent over WebRTC alone: MAGNET FILE.
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import WebTorrent from 'webtorrent'

const [magnet, file] = process.argv.slice(2)
// Only the WebSocket tracker leads to WebRTC; TCP would prove nothing.
const url = new URL(magnet)
const trackers = url.searchParams.getAll('tr').filter((tracker) => tracker.startsWith('ws:'))
const hash = url.searchParams.get('xt').split(':').pop()
const client = new WebTorrent({ dht: false, lsd: false, utPex: false, natUpnp: false, natPmp: false, utp: false })
client.on('error', (error) => {
  console.error(error)
  process.exit(1)
})
const torrent = client.add(`magnet:?xt=urn:btih:${hash}`, { announce: trackers })
torrent.on('wire', (wire) => console.log('peer', wire.type))
torrent.on('warning', (warning) => console.log('warning', warning.message ?? warning))
await new Promise((resolve) => torrent.on('done', resolve))
await pipeline(Readable.from(torrent.files[0]), createWriteStream(file))
process.exit(0)
