#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the scripts that a fuzzer has collected (or any others) with a build of conc.

    tests/support/corpus_run.py --conc build/tsan/conc CORPUS...
    tests/support/corpus_run.py --conc build/asan/conc --spawn CORPUS...
    tests/support/corpus_run.py --conc build/stress/conc --against build/release/conc CORPUS...

A script may fail, but it ends: soon after its time limit, with a status that the command documents,
without a sanitizer's report, and without a child process that goes on. --spawn makes processes of some
of its threads and tasks. --against compares what scripts without concurrency print in two builds.
Files that reach for other files or the terminal are passed over.
"""
import argparse
import collections
import concurrent.futures
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

STATUSES = {0, 1, 2, 3, 124, 130, 143}
BROKEN = re.compile(r"Sanitizer|runtime error: |: Assertion `.*' failed|conc: fatal: |stack smashing")
OUT_OF_BOUNDS = re.compile(r"\b(open|input|import)\b")
# What need not be the same twice.
VARIES = re.compile(r"\b(thread|async|spawn|Thread|Process|Pool|ProcessPool|time|sleep|id|hash|select|"
                    r"timeout|lock|queue|group|float|acquire)\b")
LIMITS = re.compile(r"MemoryError|RecursionError|Interrupted|longer than|0x[0-9a-f]+")

Run = collections.namedtuple("Run", "status out seconds left")


def session_processes(session):
    """The processes of a session that still run, zombies left out."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as f:
                state, *rest = f.read().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue
        if state not in "ZX" and int(rest[2]) == session:
            found.append(int(entry))
    return found


def survivors(session, patience=3.0):
    end = time.monotonic() + patience
    while (left := session_processes(session)) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def run(conc, path, options):
    """One run in a session and a folder of its own. The status is None where it had to be killed."""
    command = [conc, "--timeout", str(options.limit), "--max-memory", options.memory, path]
    if "tsan" in conc:
        command = ["setarch", "-R", *command]
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                   start_new_session=True, cwd=folder)
        try:
            status = process.wait(options.limit + options.patience)
        except subprocess.TimeoutExpired:
            status = None
        seconds = time.monotonic() - start
        left = survivors(process.pid) if status is not None else []
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.wait()
        out.seek(0)
        text = out.read(2_000_000).decode("utf-8", "replace")
    return Run(status, text, seconds, left)


def with_processes(text, random_of):
    def choose(match):
        return random_of.choice([match[0], "spawn"])
    text = re.sub(r"\b(?:thread|async)\b(?! *fn)", choose, text)
    return re.sub(r"\bThread\b", lambda m: random_of.choice([m[0], "Process"]), text)


def complaint(text, result):
    """What is wrong with a run; None if nothing is."""
    if result.status is None:
        return "hangs"
    if BROKEN.search(result.out):
        return "breaks"
    if result.status < 0:
        return f"is ended by signal {-result.status}"
    if result.status not in STATUSES and "exit" not in text:
        return f"ends with status {result.status}"
    if result.left and "detach" not in text:
        return "leaves processes behind"
    return None


def comparable(text, *results):
    return not VARIES.search(text) and not any(
        r.status in (None, 124) or LIMITS.search(r.out) for r in results)


class Corpus:
    def __init__(self, options):
        self.options = options
        self.counts = collections.Counter()
        self.found = collections.Counter()

    def report(self, path, text, what, out):
        digest = re.sub(r"0x[0-9a-f]+|\d+", "N", next(
            (line for line in out.split("\n") if "SUMMARY" in line or BROKEN.search(line)), ""))
        self.found[what, digest] += 1
        if self.found[what, digest] > 3:
            return
        kept = os.path.join(self.options.keep, f"{os.path.basename(path)[:16]}.conc")
        with open(kept, "w", encoding="utf-8") as f:
            f.write(text)
        with open(kept[:-5] + ".out", "w", encoding="utf-8") as f:
            f.write(out)
        print(f"{kept}: {what} {digest}", flush=True)

    def try_file(self, path):
        with open(path, "rb") as f:
            text = f.read().decode("utf-8", "replace")
        if OUT_OF_BOUNDS.search(text):
            return
        if self.options.spawn:
            text = with_processes(text, random.Random(path))
        if self.options.need and not re.search(self.options.need, text):
            return
        with tempfile.NamedTemporaryFile("w", suffix=".conc", encoding="utf-8") as f:
            f.write(text)
            f.flush()
            first = run(self.options.conc, f.name, self.options)
            self.counts["run"] += 1
            self.counts[f"status {first.status}"] += 1
            what = complaint(text, first)
            if what:
                self.report(path, text, what, first.out)
            elif self.options.against and comparable(text, first):
                self.compare(path, text, first, run(self.options.against, f.name, self.options))

    def compare(self, path, text, first, second):
        if not comparable(text, second):
            return
        self.counts["compared"] += 1
        if (first.status, first.out) != (second.status, second.out):
            self.report(path, text, "differs",
                        f"{first.status}\n{first.out}\n-----\n{second.status}\n{second.out}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conc", required=True)
    parser.add_argument("--against")
    parser.add_argument("--spawn", action="store_true")
    parser.add_argument("--need", help="only scripts in which this regular expression is found")
    parser.add_argument("--count", type=int, default=1 << 30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=5, help="seconds that a script has")
    parser.add_argument("--patience", type=float, default=30, help="and then to end")
    parser.add_argument("--memory", default="300M")
    parser.add_argument("--keep", default=tempfile.gettempdir(), help="where finds are put")
    parser.add_argument("-j", type=int, default=1)
    parser.add_argument("corpus", nargs="+")
    options = parser.parse_args()
    options.conc = os.path.abspath(options.conc)
    options.against = options.against and os.path.abspath(options.against)
    os.makedirs(options.keep, exist_ok=True)
    paths = []
    for root in options.corpus:
        paths += [root] if os.path.isfile(root) else [
            os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names]
    random.Random(options.seed).shuffle(paths)
    corpus = Corpus(options)
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        for _ in pool.map(corpus.try_file, paths[:options.count]):
            pass
    print(dict(corpus.counts))
    return 1 if corpus.found else 0


if __name__ == "__main__":
    sys.exit(main())
