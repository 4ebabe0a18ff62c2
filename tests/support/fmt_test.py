#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lays out every script of the tree with `conc fmt`.

    tests/support/fmt_test.py [--conc build/release/conc]

The scripts themselves are left alone. Wanted: what does not parse is refused, and only that; nothing but
blanks, line ends, `;`, `\\` and commas has changed; laid out again it stays as it is; and the scripts for
people to read are in that style already.
"""
import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDERS = ["scripts", "stdlib", "tests/golden", "tests/stress", "tests/bench"]
IN_STYLE = ["scripts", "stdlib"]
LAYOUT = re.compile(rb"[\s;,\\]|^\xef\xbb\xbf")


def scripts(folders):
    found = []
    for folder in folders:
        found += glob.glob(os.path.join(TOP, folder, "**/*.conc"), recursive=True)
    return sorted(found)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def call(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, errors="replace")


def check(conc, scratch):
    """The complaints about all scripts."""
    copies = {}
    for number, path in enumerate(scripts(FOLDERS)):
        copies[os.path.join(scratch, "%d.conc" % number)] = path
        shutil.copy(path, os.path.join(scratch, "%d.conc" % number))
    done = call(conc, "fmt", "-w", *copies)
    refused = set(re.findall(r"^  --> (.+?):\d+:\d+$", done.stderr, re.M))
    for copy in sorted(refused):
        if call(conc, "-c", copies[copy]).returncode != 2:
            yield copies[copy] + ": it is a script, but was refused"
    for line in done.stderr.splitlines():
        if line.startswith("conc: "):
            yield line
    if done.returncode not in (0, 2):
        yield "conc fmt -w ended with status %d" % done.returncode
    for copy, path in copies.items():
        before, after = read(path), read(copy)
        if LAYOUT.sub(b"", before) != LAYOUT.sub(b"", after):
            yield path + ": more than the layout has changed"
    again = call(conc, "fmt", "--check", *sorted(set(copies) - refused))
    for copy in again.stdout.splitlines():
        yield copies[copy] + ": laid out again, it changes"
    if again.stderr:
        yield "what was laid out is refused:\n" + again.stderr
    for path in call(conc, "fmt", "--check", *scripts(IN_STYLE)).stdout.splitlines():
        yield path + ": not in the style of conc fmt"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--conc", default=os.path.join(TOP, "build/release/conc"))
    conc = os.path.abspath(parser.parse_args().conc)
    with tempfile.TemporaryDirectory(prefix="conc-fmt-") as scratch:
        complaints = [c.replace(TOP + "/", "") for c in check(conc, scratch)]
    for complaint in complaints:
        print(complaint)
    print("fmt: %s" % ("%d complaints" % len(complaints) if complaints else "ok"))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
