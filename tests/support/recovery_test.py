#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One mistake, one error: takes a token out of scripts that are right, or puts one in, and counts the
errors of `conc -c`. Nearly all such mistakes have to give exactly one.

    tests/support/recovery_test.py [--conc build/release/conc] [--count N] [--show]
"""
import argparse
import collections
import glob
import os
import random
import re
import subprocess
import sys

import golden

TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|#[^\n]*|\w+|\.\.\.|=>'
                   r"|[-+*/%<>=!]=|\*\*|\S")
EXTRA = [")", "]", "}", "(", "[", "{", ",", "=", ":", ".", "if", "let", "fn", "x"]
SEED = 20
MOST_FOLLOWERS = 0.05  # of all mistakes: those that give more than one error


def mistakes(text, count, chance):
    tokens = [m for m in TOKEN.finditer(text) if not m[0].startswith("#")]
    for _ in range(count):
        at = chance.choice(tokens)
        if chance.random() < 0.6:
            yield text[:at.start()] + text[at.end():]
        else:
            yield text[:at.start()] + chance.choice(EXTRA) + " " + text[at.start():]


def errors_of(conc, text):
    done = subprocess.run([conc, "-c", "-"], input=text.encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    shown = done.stderr.decode("utf-8", "backslashreplace")
    if done.returncode not in (0, 2):
        sys.exit("recovery: conc -c ended with %d\n%s\n%s" % (done.returncode, text, shown))
    return len(re.findall(r"^error: ", shown, re.M)), shown


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conc", default=os.path.join(golden.TOP, "build/release/conc"))
    parser.add_argument("--count", type=int, default=10, help="mistakes for each script")
    parser.add_argument("--show", action="store_true", help="show those that give several errors")
    options = parser.parse_args()
    chance = random.Random(SEED)
    counts = collections.Counter()
    paths = sorted(glob.glob(os.path.join(golden.TOP, "scripts/**/*.conc"), recursive=True))
    for path in paths:
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for broken in mistakes(text, options.count, chance):
            number, shown = errors_of(options.conc, broken)
            counts[number] += 1
            if options.show and number > 1:
                print("%s\n%s" % (os.path.relpath(path, golden.TOP), shown))
    wrong = sum(n for number, n in counts.items() if number > 0)
    several = sum(n for number, n in counts.items() if number > 1)
    print("%d mistakes, %d of them with more than one error" % (wrong, several))
    return 1 if wrong == 0 or several > MOST_FOLLOWERS * wrong else 0


if __name__ == "__main__":
    sys.exit(main())
