#!/usr/bin/env python3
"""Every promise that is due names tests that exist.

    check_promises.py BUILD_FOLDER

Reads tests/promises.txt, `promise|test, test, …`. A name may end in '*'. Exit 1 with a list of names that ctest lacks.
"""
import fnmatch
import sys

from check_errors import ROOT, ctest_names


def problems(build):
    names = ctest_names(build)
    for number, line in enumerate((ROOT / "tests/promises.txt").read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        promise, _, tests = line.partition("|")
        if not tests.strip():
            yield f"tests/promises.txt:{number}: {promise}: no test"
        for test in filter(None, (part.strip() for part in tests.split(","))):
            if not fnmatch.filter(names, test):
                yield f"tests/promises.txt:{number}: {promise}: ctest knows no test {test}"


def main():
    found = list(problems(sys.argv[1]))
    print("\n".join(found) or "every promise names its tests")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
