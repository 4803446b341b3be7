"""python3-libtorrent hears of peers by local service discovery (BEP 14) alone; each is a line of JSON."""

import json
import sys

import libtorrent

session = libtorrent.session(
    {
        "listen_interfaces": f"{sys.argv[1]}:0",
        "enable_lsd": True,
        "enable_dht": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "alert_mask": libtorrent.alert.category_t.all_categories,
    }
)
torrent = libtorrent.parse_magnet_uri(f"magnet:?xt=urn:btih:{sys.argv[2]}")
torrent.save_path = "."
session.add_torrent(torrent)
print(json.dumps({"ready": True}), flush=True)
while True:
    session.wait_for_alert(1000)
    for alert in session.pop_alerts():
        # The bindings have no class for it.
        if alert.what() == "lsd_peer":
            print(json.dumps({"peer": alert.message()}), flush=True)
