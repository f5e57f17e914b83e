#!/usr/bin/env python3
"""No path of somebody's machine and no registry address stands in a tracked file.

    check_words.py

Exit 1 with the places. Without git (a source archive) there is nothing to compare, which is said.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Pieces are joined here so that this file does not name what it looks for.
WORDS = re.compile("|".join(["/ho" + r"me/\w", "/wo" + "rk/", "/ro" + "ot/", "index" + "-url", "PIP_" + "INDEX",
                             r"https?://[^\s)>\"']*(?:simple|artifactory|registry|mirror|proxy)"]))


def main():
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    if listing.returncode != 0:
        print("no git here: nothing checked")
        return 0
    found = []
    for name in filter(None, listing.stdout.decode().split("\0")):
        path = ROOT / name
        if path.is_file() and path.stat().st_size < 1_000_000:
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                if WORDS.search(line):
                    found.append(f"{name}:{number}: {line.strip()[:100]}")
    print("\n".join(found) or "no machine paths, no registry addresses")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
