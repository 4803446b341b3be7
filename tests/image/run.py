"""Runs the tests of this folder, in the order in which the shared box goes through them, and prints what took how long.

run.py [NAME…]    a NAME is a module without its test_, or a part of a test's name
"""

import sys
import time
import unittest

from scene import scene

MODULES = ["start", "stream", "updates", "power_cuts", "watchdog"]


class InOrder(unittest.TestLoader):
    """As they are written: the box goes from one to the next."""

    def getTestCaseNames(self, case):
        return [name for name in vars(case) if name.startswith("test_")]


class Result(unittest.TextTestResult):
    """Takes the time of each."""

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()

    def stopTest(self, test):
        super().stopTest(test)
        words = test.id().rpartition(".")[2].removeprefix("test_").replace("_", " ")
        TIMES.append((words, time.monotonic() - self.began))


TIMES = []


def flat(suite):
    for test in suite:
        yield from flat(test) if isinstance(test, unittest.TestSuite) else [test]


def main(wanted):
    loader = InOrder()
    suite = loader.suiteClass()
    for module in MODULES:
        for test in flat(loader.loadTestsFromName(f"test_{module}")):
            if not wanted or any(name == module or name in test.id() for name in wanted):
                suite.addTest(test)
    runner = unittest.TextTestRunner(verbosity=2, failfast=True, resultclass=Result)
    began = time.monotonic()
    try:
        outcome = runner.run(suite)
    finally:
        scene.close()
    print("\n| test | time |\n|---|---|")
    for words, seconds in TIMES:
        print(f"| {words} | {seconds:.0f} s |")
    print(f"| all | {time.monotonic() - began:.0f} s |")
    return 0 if outcome.wasSuccessful() and outcome.testsRun else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
