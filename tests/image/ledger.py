"""What a box has in its database and on its disk after the power was cut."""

DATA = "/var/lib/venuebox"
ROWS = """SELECT event || ' ' || rendition || ' ' || msn || ' ' || local || ' ' || size || ' ' || epoch
FROM segments JOIN recordings USING (event)"""


class Ledger:
    """Read in the machine itself, where SQLite has put the log in order as the program did."""

    def __init__(self, serial):
        self.integrity = serial.ask(f"sqlite3 {DATA}/venuebox.db 'PRAGMA integrity_check'")
        self.segments = {}
        for line in serial.ask(f'sqlite3 {DATA}/venuebox.db "{" ".join(ROWS.split())}"').splitlines():
            event, rendition, msn, local, size, epoch = line.split()
            path = f"{epoch}/{event}-{rendition}/{msn}.m4s" if local == "1" else None
            self.segments[(unsigned(event), int(rendition), unsigned(msn))] = (path, int(size))
        sizes = serial.ask(f"cd {DATA}/archive && find . -name '*.m4s' -printf '%P %s\\n'").splitlines()
        self.files = {path: int(size) for path, _, size in (line.partition(" ") for line in sizes)}
        states = serial.ask(f"sqlite3 {DATA}/venuebox.db 'SELECT key FROM uploads WHERE state=\"done\"'")
        self.uploaded = set(states.splitlines())

    def missing(self, promised):
        """Promised segments without a row, or whose row names a file that is not there whole."""
        return sorted(
            one
            for one in promised
            if one not in self.segments
            or (self.segments[one][0] and self.files.get(self.segments[one][0]) != self.segments[one][1])
        )


def unsigned(number):
    """SQLite's integers are signed."""
    return int(number) % 2**64
