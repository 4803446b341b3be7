#!/usr/bin/env python3
"""A connection that a machine makes to 10.0.2.100:9000, carried to a port of this computer. QEMU starts one for each."""

import os
import socket
import sys
import threading


def carry(source, sink):
    while chunk := source():
        sink(chunk)


with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as bucket:

    def answer(chunk):
        view = memoryview(chunk)
        while view:
            view = view[os.write(1, view) :]

    back = threading.Thread(target=carry, args=(lambda: bucket.recv(65536), answer), daemon=True)
    back.start()
    carry(lambda: os.read(0, 65536), bucket.sendall)
    bucket.shutdown(socket.SHUT_WR)
    back.join()
