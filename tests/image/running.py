"""A program on this computer that runs as long as a test needs it."""


class Running:
    """Whoever starts `process` has it ended by this."""

    def stop(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
