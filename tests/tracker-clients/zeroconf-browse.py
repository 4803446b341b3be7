"""python3-zeroconf looks for the services named; each found, changed or gone is a line of JSON."""

import json
import socket
import sys

from zeroconf import IPVersion, ServiceBrowser, ServiceStateChange, Zeroconf


def changed(zeroconf, service_type, name, state_change):
    line = {"type": service_type, "name": name, "state": state_change.name}
    if state_change is not ServiceStateChange.Removed:
        info = zeroconf.get_service_info(service_type, name, timeout=10000)
        if info is None:
            return
        line["server"] = info.server
        line["port"] = info.port
        line["addresses"] = sorted(info.parsed_addresses())
        line["texts"] = {key.decode(): (value or b"").decode() for key, value in info.properties.items()}
    print(json.dumps(line), flush=True)


zeroconf = Zeroconf(ip_version=IPVersion.V4Only, interfaces=[sys.argv[1]])
browser = ServiceBrowser(zeroconf, sys.argv[2:], handlers=[changed])
print(json.dumps({"ready": True}), flush=True)
browser.join()
