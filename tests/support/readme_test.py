#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the examples of README files.

    tests/support/readme_test.py [--conc build/release/conc] [--write] [README.md...]

A block ```conc is a script, example.conc, or what the block's head names: ```conc hello.conc. The block ```text
that follows it says what it prints, standard output and standard error together; without one it prints nothing. A block ```console has lines
"$ COMMAND" with what the shell prints for each below them; `conc` is the command, and the scripts of the blocks above
are there. --write puts what is printed in place of what stands there. How many seconds something took may differ.
"""
import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BLOCK = re.compile(r"^```(conc|console)(?: (\S+))?\n(.*?)^```$(?:\n\s*^```text\n(.*?)^```$)?", re.M | re.S)
LIMIT = 30  # seconds for one example


class Example:
    """One block: where it is in the page, and what stands there as its output."""

    def __init__(self, found, page):
        self.kind, self.name, self.code, self.output = found[1], found[2] or "example.conc", found[3], found[4]
        self.span = found.span(4) if self.kind == "conc" else found.span(3)
        self.line = page.count("\n", 0, found.start()) + 1

    def run(self, folder):
        """What stands there, if it is right."""
        if self.kind == "console":
            commands = re.findall(r"^\$ (.*)$", self.code, re.M)
            return "".join("$ %s\n%s" % (c, shell(folder, c)) for c in commands)
        with open(os.path.join(folder, self.name), "w", encoding="utf-8") as f:
            f.write(self.code)
        return shell(folder, "conc " + self.name)

    def wanted(self):
        return self.code if self.kind == "console" else self.output


def shell(folder, command):
    env = dict(os.environ, NO_COLOR="1", PATH=os.path.join(folder, "bin") + ":" + os.environ["PATH"])
    try:
        done = subprocess.run(["sh", "-c", command], cwd=folder, stdin=subprocess.DEVNULL, env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return "(still running after %d s)\n" % LIMIT
    return done.stdout.decode("utf-8", "backslashreplace")


def without_times(text):
    return re.sub(r"\b\d+\.\d\d s\b", "N s", text)


def check(example, printed, path):
    """True if it is as it should be; else the difference is printed."""
    where = "%s:%d" % (os.path.relpath(path, TOP), example.line)
    if example.wanted() is None:
        if printed:
            print(where + ": no block ```text says what the example prints")
        return not printed
    if without_times(printed) == without_times(example.wanted()):
        return True
    print(where + ": the example prints something else")
    diff = difflib.unified_diff(example.wanted().splitlines(), printed.splitlines(), "README", "printed",
                                lineterm="")
    print("\n".join("    " + d for d in diff))
    return False


def go_through(path, conc, write):
    """How many examples the page has, and how many of them are wrong."""
    with open(path, encoding="utf-8") as f:
        page = f.read()
    examples = [Example(found, page) for found in BLOCK.finditer(page)]
    failures, changes = 0, []
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "bin"))
        os.symlink(conc, os.path.join(folder, "bin/conc"))
        for example in examples:
            printed = example.run(folder)
            if write and example.wanted() is not None:
                changes.append((example.span, printed))
            elif not check(example, printed, path):
                failures += 1
    for (start, end), text in reversed(changes):
        page = page[:start] + text + page[end:]
    if changes:
        with open(path, "w", encoding="utf-8") as f:
            f.write(page)
    return len(examples), failures


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", default=[os.path.join(TOP, "README.md")])
    parser.add_argument("--conc", default=os.path.join(TOP, "build/release/conc"))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    examples = failures = 0
    for path in options.files:
        count, wrong = go_through(path, os.path.abspath(options.conc), options.write)
        examples += count
        failures += wrong
    print("%d examples, %d failures" % (examples, failures))
    return 1 if failures or not examples else 0


if __name__ == "__main__":
    sys.exit(main())
