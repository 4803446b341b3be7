"""The operator's page as a script uses it: /api/admin/."""

import http.client
import json
import os
import urllib.error
import urllib.request

from serial_line import PATIENCE

PASSWORD = "correct horse battery"


class Admin:
    """Claims a box that is nobody's, or signs in."""

    def __init__(self, machine):
        self.machine = machine
        self.cookie = None

    def claim(self, code=None):
        self._enter("claim", {"password": PASSWORD, **({"code": code} if code else {})})
        return self

    def sign_in(self):
        self._enter("login", {"password": PASSWORD})
        return self

    def _enter(self, path, body):
        answer = self._open("POST", path, body)
        self.cookie = answer.headers["set-cookie"].split(";")[0]

    def read(self, path):
        return json.loads(self._open("GET", path).read())

    def post(self, path, body=None):
        return self._open("POST", path, body if body is not None else {})

    def change(self, section, **values):
        """Changes some values of a section of the settings."""
        whole = self.read("settings")[section]
        value = {**whole["value"], **values} if isinstance(whole["value"], dict) else values
        return self._open("PUT", f"settings/{section}", {"version": whole["version"], "value": value})

    def upload(self, bundle):
        """Gives the box a bundle, as its page does."""
        with open(bundle, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            headers = {"content-type": "application/octet-stream", "content-length": str(size), "cookie": self.cookie}
            line = http.client.HTTPConnection("127.0.0.1", self.machine.http_port, timeout=PATIENCE)
            try:
                line.request("PUT", "/api/admin/updates/bundle", file, headers)
            except BrokenPipeError:
                # It has refused before all was sent, and says why.
                pass
            answer = line.getresponse()
            said = answer.read().decode()
            line.close()
        if answer.status != 202:
            raise AssertionError(f"PUT updates/bundle: {answer.status} {said}")

    def stream_key(self):
        first = self.read("keys")[0]
        return self.read(f"keys/{first['id']}/secret")["key"]

    def _open(self, method, path, body=None):
        request = urllib.request.Request(f"{self.machine.http}/api/admin/{path}", method=method)
        request.add_header("content-type", "application/json")
        if self.cookie:
            request.add_header("cookie", self.cookie)
        data = None if body is None else json.dumps(body).encode()
        try:
            return urllib.request.urlopen(request, data, timeout=60)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from error


def answers(machine, path="/healthz"):
    """Whether the box's pages answer through the forwarded port."""
    try:
        return urllib.request.urlopen(machine.http + path, timeout=10).status == 200
    except (urllib.error.URLError, http.client.HTTPException, OSError):
        return False
