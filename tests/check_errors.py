#!/usr/bin/env python3
"""Every place that reports an error must be provoked by a test.

    check_errors.py BUILD_FOLDER

Compares the fail() and fail_usage() calls of the sources with the tables tests/errors/*.txt, one line a call:
`file|fragment of the call's text|name of the test that provokes it`. Exit 1 with a list if a call has no row, a row has
no call, or ctest knows no test of that name.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMPONENTS = ["core", "diffaug", "models", "data", "metrics", "trainers", "compress", "tools"]
CALL = re.compile(r"(?<![\w:])fail(?:_usage)?\s*\(")
DEFINITION = re.compile(r"\bvoid\s+$")


def closing(text, opening):
    """Index behind the parenthesis that closes the one at `opening`; string literals may hold any."""
    depth, i = 0, opening
    while i < len(text):
        if text[i] == '"':
            i += 1
            while text[i] != '"':
                i += 2 if text[i] == "\\" else 1
        depth += (text[i] == "(") - (text[i] == ")")
        i += 1
        if depth == 0:
            return i
    return i


def joined(call):
    """The call on one line, with adjacent literals made one, so that a line break hides no fragment."""
    return re.sub(r'"\s*"', "", re.sub(r"\s+", " ", call))


def calls_of(path):
    text = path.read_text()
    for match in CALL.finditer(text):
        line_start = text.rfind("\n", 0, match.start()) + 1
        before = text[line_start:match.start()]
        if DEFINITION.search(before) or "//" in before:
            continue
        yield text.count("\n", 0, match.start()) + 1, text[match.start():closing(text, match.end() - 1)]


def all_calls():
    for component in COMPONENTS:
        for path in sorted((ROOT / component).rglob("*.cpp")):
            if path.relative_to(ROOT).as_posix() != "core/src/error.cpp":
                for line, call in calls_of(path):
                    yield path.relative_to(ROOT).as_posix(), line, call


def rows():
    for table in sorted((ROOT / "tests/errors").glob("*.txt")):
        for number, line in enumerate(table.read_text().splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                file, fragment, test = line.rsplit("|", 2) if line.count("|") == 2 else split_row(line)
                yield f"tests/errors/{table.name}:{number}", file, fragment, test.strip()


def split_row(line):
    """Fragments may hold '|': the first one ends the file, the last one starts the test."""
    file, rest = line.split("|", 1)
    fragment, test = rest.rsplit("|", 1)
    return file, fragment, test


def ctest_names(build):
    listing = subprocess.run(["ctest", "-N"], cwd=build, capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^ +Test +#\d+: (.+)$", listing, re.M))


def problems(build):
    names, table = ctest_names(build), list(rows())
    used = set()
    for file, line, call in all_calls():
        text = joined(call)
        found = [where for where, row_file, fragment, _ in table
                 if row_file == file and (fragment in call or fragment in text)]
        used.update(found)
        if not found:
            yield f"{file}:{line}: no row in tests/errors for {text[:110]}"
    for where, file, fragment, test in table:
        if where not in used:
            yield f"{where}: no call in {file} holds \"{fragment}\""
        if test not in names:
            yield f"{where}: ctest knows no test {test}"


def main():
    found = list(problems(sys.argv[1]))
    print("\n".join(found) or "every error is provoked by a test")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
