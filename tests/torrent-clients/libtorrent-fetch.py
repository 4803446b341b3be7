"""Fetches a magnet with libtorrent from one peer: MAGNET FOLDER HOST:PORT."""

import sys
import time

import libtorrent

magnet, folder, peer = sys.argv[1:]
host, port = peer.rsplit(":", 1)
session = libtorrent.session({
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "listen_interfaces": "127.0.0.1:0",
    "alert_mask": libtorrent.alert.category_t.error_notification,
})
parameters = libtorrent.parse_magnet_uri(magnet)
parameters.save_path = folder
torrent = session.add_torrent(parameters)
torrent.connect_peer((host, int(port)))
while not torrent.status().is_seeding:
    for alert in session.pop_alerts():
        print(alert.message(), flush=True)
    time.sleep(0.05)
# It is finished when its hashes are right; what is cached goes to the disk.
torrent.flush_cache()
session.pause()
deadline = time.monotonic() + 30
while time.monotonic() < deadline:
    if any(isinstance(alert, libtorrent.cache_flushed_alert) for alert in session.pop_alerts()):
        break
    time.sleep(0.05)
    torrent.flush_cache()
