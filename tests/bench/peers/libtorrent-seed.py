"""Seeds a file with libtorrent on the loopback: FILE. Says `seeding PORT HASH`, and goes on until it is ended."""

import os
import sys
import time

import libtorrent

file = sys.argv[1]
storage = libtorrent.file_storage()
libtorrent.add_files(storage, file)
maker = libtorrent.create_torrent(storage, 256 << 10, libtorrent.create_torrent.v1_only)
libtorrent.set_piece_hashes(maker, os.path.dirname(file))
info = libtorrent.torrent_info(maker.generate())
session = libtorrent.session({
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "listen_interfaces": "127.0.0.1:0",
})
torrent = session.add_torrent({
    "ti": info,
    "save_path": os.path.dirname(file),
    "flags": libtorrent.torrent_flags.seed_mode,
})
while not torrent.status().is_seeding:
    time.sleep(0.05)
print("seeding", session.listen_port(), str(info.info_hashes().v1), flush=True)
while True:
    time.sleep(60)
