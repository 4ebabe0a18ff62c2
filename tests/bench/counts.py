#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the instructions of each workload on a reduced size, and compares them with those kept in `counts`.

    tests/bench/counts.py [--conc build/release/conc] [WORKLOAD...]
    tests/bench/counts.py --write           keeps the counts of now, with a change that is meant

Nothing is timed, so it means the same on any machine: callgrind (Debian's valgrind) runs the program and counts. A
count that is more than 5 % above the one kept is a slow-down that somebody has to look at, and the status is 1; one
that is more than 5 % below is said, so that it can be kept. What several threads do is not counted, as it differs
from run to run. 77 where there is no valgrind.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

FOLDER = os.path.dirname(os.path.abspath(__file__))
COUNTS = os.path.join(FOLDER, "counts")
LIMIT = 5  # per cent
# A compiler makes other instructions of the same source: counts are kept for one.
HEAD = """# What tests/bench/counts.py keeps: WORKLOAD ARGUMENTS... = INSTRUCTIONS (user space, the start of the command included),
# for a release build by Debian 12's gcc. Written by --write.
"""


def read_counts():
    rows = []
    with open(COUNTS, encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                what, count = line.split("=")
                rows.append((what.split(), int(count)))
    return rows


def count(conc, workload, arguments):
    program = os.path.join(FOLDER, workload, "conc.conc")
    with tempfile.TemporaryDirectory() as folder:
        arguments = [word.replace("{tmp}", folder) for word in arguments]
        done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", conc, program, *arguments],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        sys.exit("%s %s: %s" % (workload, " ".join(arguments), done.stderr[-2000:]))
    return int(found[1])


def judge(what, kept, now):
    """True if it is no more than it was, or little more."""
    change = 100 * (now - kept) / kept
    word = "  SLOWER" if change > LIMIT else "  faster: keep it with --write" if change < -LIMIT else ""
    print("%-28s %12d  %+6.1f %%%s" % (" ".join(what), now, change, word))
    return change <= LIMIT


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD")
    parser.add_argument("--conc", default="build/release/conc")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        print("needs valgrind")
        return 77
    rows, ok = read_counts(), True
    for i, (what, kept) in enumerate(rows):
        if options.workloads and what[0] not in options.workloads:
            continue
        now = count(options.conc, what[0], what[1:])
        ok = judge(what, kept, now) and ok
        rows[i] = (what, now)
    if options.write:
        with open(COUNTS, "w", encoding="utf-8") as f:
            f.write(HEAD + "".join("%s = %d\n" % (" ".join(what), now) for what, now in rows))
    return 0 if ok or options.write else 1


if __name__ == "__main__":
    sys.exit(main())
