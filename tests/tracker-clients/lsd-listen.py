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
session.add_torrent(
    {"save_path": ".", "info_hashes": libtorrent.info_hash_t(libtorrent.sha1_hash(bytes.fromhex(sys.argv[2])))}
)
print(json.dumps({"ready": True}), flush=True)
while True:
    session.wait_for_alert(1000)
    for alert in session.pop_alerts():
        if isinstance(alert, libtorrent.lsd_peer_alert):
            print(json.dumps({"peer": f"{alert.ip[0]}:{alert.ip[1]}" if hasattr(alert, "ip") else alert.message()}), flush=True)
