"""The serial line of a machine: what it says, and a shell on it."""

import itertools
import os
import re
import threading
import time

# A machine without hardware virtualization is slow, and so may the computer be that runs it.
PATIENCE = 900


class SerialLine:
    """Reads all the time, so that a machine never waits for us, and keeps everything."""

    def __init__(self, output, typed, log):
        self.output = output
        self.typed = typed
        self.log = log
        self.heard = ""
        self.at = 0
        self.closed = False
        self.news = threading.Condition()
        self.numbers = itertools.count(1)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with open(self.log, "ab", buffering=0) as log:
            while chunk := os.read(self.output.fileno(), 65536):
                log.write(chunk)
                with self.news:
                    self.heard += chunk.decode("utf-8", "replace")
                    self.news.notify_all()
        with self.news:
            self.closed = True
            self.news.notify_all()

    def wait_for(self, pattern, patience=PATIENCE):
        """The next match of a regular expression after the last one."""
        deadline = time.monotonic() + patience
        wanted = re.compile(pattern)
        with self.news:
            while not (match := wanted.search(self.heard, self.at)):
                left = deadline - time.monotonic()
                if left <= 0 or self.closed:
                    end = "the machine is off" if self.closed else f"not in {patience} s"
                    raise AssertionError(f"never said {pattern!r} ({end}):\n…{self.heard[-3000:]}")
                self.news.wait(left)
            self.at = match.end()
            return match

    def log_in(self):
        """Root is logged in by itself; the shell is told to say only what is asked for."""
        self.wait_for(r"\(automatic login\)")
        self.wait_for(r"[#$] ")
        self.type("stty -echo cols 9999; PS1=; PS2=; export TERM=dumb PAGER=cat SYSTEMD_COLORS=0; bind 'set enable-bracketed-paste off' 2>/dev/null; echo 'shell'' is here'")
        self.wait_for("shell is here")

    def run(self, command, patience=PATIENCE):
        """What a command says, and how it ended."""
        number = next(self.numbers)
        self.type(f"{command}\necho '@@'{number}'@@'$?'@@'")
        start = self.at
        match = self.wait_for(rf"@@{number}@@(\d+)@@", patience)
        said = self.heard[start : match.start()].replace("\r", "")
        return int(match[1]), said.strip()

    def ask(self, command, patience=PATIENCE):
        """What a command says that has to succeed."""
        code, said = self.run(command, patience)
        if code != 0:
            raise AssertionError(f"{command}: ended with {code}:\n{said}")
        return said

    def type(self, text):
        self.typed.write(text.encode() + b"\n")
        self.typed.flush()
