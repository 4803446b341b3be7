// Fetches the only file of a magnet with torrent-stream, the engine that Stremio's server wraps: MAGNET FILE.
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import torrentStream from 'torrent-stream'

const [magnet, file] = process.argv.slice(2)
// Metadata is cached below `tmp` too; another run would start with it and without trackers.
const path = mkdtempSync(join(tmpdir(), 'torrent-stream-'))
const engine = torrentStream(magnet, { dht: false, verify: true, path, tmp: path })
await new Promise((resolve) => engine.on('ready', resolve))
await pipeline(engine.files[0].createReadStream(), createWriteStream(file))
await new Promise((resolve) => engine.destroy(resolve))
rmSync(path, { recursive: true, force: true })
process.exit(0)
