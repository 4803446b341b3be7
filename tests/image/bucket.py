"""An S3 storage on this computer (PyPI's moto), that machines reach at 10.0.2.100:9000 (relay.py)."""

import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request

NAME = "sunday"
PREFIX = "live/"


class Bucket:
    def __init__(self, log):
        self.log = open(log, "w")
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "moto.server", "--host", "127.0.0.1", "--port", "0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for line in self.process.stdout:
            self.log.write(line)
            if found := re.search(r"Running on http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                break
        else:
            raise AssertionError("the bucket did not start")
        threading.Thread(target=self._read, daemon=True).start()
        self._open("PUT", NAME)

    def _read(self):
        for line in self.process.stdout:
            self.log.write(line)

    def account(self):
        """As the settings of a box have it."""
        return {
            "endpoint": "http://10.0.2.100:9000",
            "accountId": None,
            "jurisdiction": None,
            "bucket": NAME,
            "accessKeyId": "key",
            "secretAccessKey": "secret",
            "publicUrl": None,
            "prefix": PREFIX,
        }

    def has(self, key):
        """Whether a key that a box said it has uploaded is there."""
        try:
            return self._open("HEAD", f"{NAME}/{PREFIX}{key}").status == 200
        except urllib.error.HTTPError:
            return False

    def _open(self, method, path):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", method=method)
        # moto wants to see that somebody signed, and does not check who.
        request.add_header("authorization", "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request")
        return urllib.request.urlopen(request, timeout=30)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.log.close()
