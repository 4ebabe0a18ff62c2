#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the examples of README files: each block ```conc that a block ```text follows has to print
just that, on standard output and standard error together.

    tests/support/readme_test.py [--conc build/release/conc] [README.md...]
"""
import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLE = re.compile(r"^```conc\n(.*?)^```\n\s*^```text\n(.*?)^```$", re.M | re.S)
LIMIT = 30  # seconds for one example


def run(conc, source):
    """What the example prints. Its file is called example.conc, in messages too."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "example.conc"), "w", encoding="utf-8") as f:
            f.write(source)
        done = subprocess.run([conc, "example.conc"], cwd=folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT,
                              env=dict(os.environ, NO_COLOR="1"))
    return done.stdout.decode("utf-8", "backslashreplace")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", default=[os.path.join(TOP, "README.md")])
    parser.add_argument("--conc", default=os.path.join(TOP, "build/release/conc"))
    options = parser.parse_args()
    examples = failures = 0
    for path in options.files:
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for found in EXAMPLE.finditer(text):
            examples += 1
            line = text.count("\n", 0, found.start()) + 1
            try:
                printed = run(os.path.abspath(options.conc), found[1])
            except subprocess.TimeoutExpired:
                printed = "(still running after %d s)\n" % LIMIT
            if printed != found[2]:
                failures += 1
                print("%s:%d: the example prints something else" % (os.path.relpath(path, TOP), line))
                diff = difflib.unified_diff(found[2].splitlines(), printed.splitlines(),
                                            "README", "printed", lineterm="")
                print("\n".join("    " + d for d in diff))
    print("%d examples, %d failures" % (examples, failures))
    return 1 if failures or not examples else 0


if __name__ == "__main__":
    sys.exit(main())
