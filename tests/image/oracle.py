"""Remembers outside of the box what it promised to keep, and what it has uploaded."""

import json
import threading
import time

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from serial_line import PATIENCE


class Oracle:
    """Listens to the dashboard's WebSocket, again and again while the box comes and goes."""

    def __init__(self, admin):
        self.admin = admin
        self.kept = set()
        self.uploaded = set()
        self.stopped = False
        self.news = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        url = self.admin.machine.http.replace("http:", "ws:") + "/api/admin/live"
        while not self.stopped:
            try:
                with connect(
                    url, additional_headers={"Cookie": self.admin.cookie}, open_timeout=20, close_timeout=1
                ) as socket:
                    for text in socket:
                        self._hear(json.loads(text))
            except (WebSocketException, OSError, EOFError):
                # The box is off; nothing is promised meanwhile.
                threading.Event().wait(0.3)

    def _hear(self, message):
        with self.news:
            if message["type"] == "kept":
                self.kept.add((message["event"], message["rendition"], message["msn"]))
            elif message["type"] == "uploaded":
                self.uploaded.add(message["key"])
            self.news.notify_all()

    def until_kept(self, more, patience=PATIENCE):
        """Waits for so many more segments."""
        self._until(lambda: self.kept, more, patience)

    def until_uploaded(self, more, patience=PATIENCE):
        self._until(lambda: self.uploaded, more, patience)

    def _until(self, promises, more, patience):
        deadline = time.monotonic() + patience
        with self.news:
            wanted = len(promises()) + more
            while len(promises()) < wanted:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"{len(promises())} of {wanted} promises were heard")
                self.news.wait(left)

    def stop(self):
        self.stopped = True
