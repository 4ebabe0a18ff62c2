#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the programs of tests/errors and compares what they print on standard error, exactly.

    tests/support/errors_test.py [--conc build/release/conc] [--accept] [FILE|FOLDER|WORD...]

Beside NAME.conc stands NAME.expected: all of standard error, and the status as a last line. Comments
choose how the program is run, as in golden scripts (tests/README.md): `options`, `args`, `mode`, `skip`.
`# vague: REGEX` names what may differ from run to run: it is compared as "...". `--accept` writes the
expected files anew: read every one of them before it is committed.
"""
import argparse
import concurrent.futures
import difflib
import glob
import os
import re
import subprocess
import sys
import tempfile

import golden

FOLDER = os.path.join(golden.TOP, "tests", "errors")
VAGUE = re.compile(r"#\s*vague: (.*)$", re.M)


def find(words):
    paths = sorted(glob.glob(os.path.join(FOLDER, "**", "*.conc"), recursive=True))
    paths = [os.path.relpath(p, golden.TOP) for p in paths]
    return [p for p in paths if not os.path.basename(p).startswith("_")
            and (not words or any(word.rstrip("/") in p for word in words))]


def expected_path(path):
    return os.path.join(golden.TOP, path[:-len(".conc")] + ".expected")


def read(path):
    try:
        with open(path, encoding="utf-8") as f:
            return f.read()
    except OSError:
        return ""


def run(script, options):
    """What the program printed on standard error, its status behind it, and what was wrong."""
    limit = 20 * golden.PATIENCE.get(options.preset, 1)
    with tempfile.TemporaryDirectory(prefix="conc-errors-") as scratch:
        process = subprocess.Popen(
            script.command(options.conc, scratch), cwd=golden.TOP, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=golden.environment(options.conc, script.path, scratch))
        try:
            _, err = process.communicate(script.stdin(), timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.communicate()
            return "", ["still running after %g s" % limit]
        reports = [read(f) for f in glob.glob(os.path.join(scratch, "report*"))]
    text = err.decode("utf-8", "backslashreplace")
    with open(os.path.join(golden.TOP, script.path), encoding="utf-8", errors="replace") as f:
        for pattern in VAGUE.findall(f.read()):
            text = re.sub(pattern, "...", text)
    return text + "status %d\n" % process.returncode, reports


def check(path, options):
    script = golden.Script(path)
    if script.skipped_under(options.preset):
        return []
    text, wrong = run(script, options)
    if options.accept and not wrong:
        with open(expected_path(path), "w", encoding="utf-8") as f:
            f.write(text)
        return []
    before = read(expected_path(path))
    if text != before and not wrong:
        wrong = list(difflib.unified_diff(before.splitlines(), text.splitlines(), "expected",
                                          "printed", lineterm="", n=3))
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="FILE|FOLDER|WORD")
    parser.add_argument("--conc", default=os.path.join(golden.TOP, "build/release/conc"))
    parser.add_argument("--preset", help="default: the name of the folder that conc is in")
    parser.add_argument("--accept", action="store_true", help="write the expected files anew")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    options = parser.parse_args()
    options.conc = os.path.abspath(options.conc)
    options.preset = options.preset or os.path.basename(os.path.dirname(options.conc))
    paths = find(options.words)
    if not paths:
        sys.exit("errors: no program matches")
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for path, wrong in zip(paths, pool.map(lambda p: check(p, options), paths)):
            if wrong:
                failures += 1
                print("FAIL %s\n  %s\n" % (path, "\n".join(wrong).replace("\n", "\n  ")))
    print("%s: %d as expected, %d not" % (options.preset, len(paths) - failures, failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
