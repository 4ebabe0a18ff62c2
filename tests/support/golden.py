#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs golden scripts: .conc files whose comments say what they print.

    tests/support/golden.py [--conc build/release/conc] [--preset release] [FILE|FOLDER|WORD...]

A FILE or FOLDER is taken as it is, any other WORD picks the scripts of tests/golden whose path
contains it. The comments are explained in tests/README.md.
"""
import argparse
import collections
import concurrent.futures
import difflib
import glob
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# How the script is given to conc, by the word after `# mode:`.
MODES = {
    "run": "{conc} {options} {file} {args}",
    "check-only": "{conc} {options} -c {file}",
    "test": "{conc} test {options} {file}",
    "check": "{conc} check {options} {file}",
    "race": "{conc} race {options} {file}",
    "stdin": "{conc} {options} - {args}",  # the script itself is the standard input
}

# A build that checks more takes longer: the hang guard is stretched by so much.
PATIENCE = {"debug": 3, "asan": 4, "tsan": 8, "stress": 10}

SINGLE = {"exit", "args", "options", "mode", "skip", "timeout", "shell"}
REPEATED = {"expect", "expect-match", "expect-any-order", "expect-error", "stdin"}
# What no script may bring about, in whichever process: gcc's UBSan, assert(), os_fatal().
BROKEN = re.compile(r"^\S+:\d+:\d+: runtime error: |: Assertion `.*' failed\.$|^conc: fatal: ",
                    re.M)
COMMENT = re.compile(r"#\s*([a-z]+(?:-[a-z]+)*):(?: (.*))?$")


class Script:
    """A golden script: its path and what its comments ask for."""

    def __init__(self, path):
        self.path = path
        self.stdout = []  # ("expect" | "expect-match" | "expect-any-order", text)
        self.errors = []
        self.input = []
        self.settings = {"exit": "0", "args": "", "options": "", "mode": "run", "skip": "",
                         "timeout": "20", "shell": ""}
        with open(os.path.join(TOP, path), encoding="utf-8", errors="backslashreplace") as f:
            for line in f.read().split("\n"):
                found = COMMENT.search(line)
                if found:
                    self.note(found[1], found[2] or "")

    def note(self, name, text):
        if name == "expect-error":
            self.errors.append(text)
        elif name == "stdin":
            self.input.append(text)
        elif name in REPEATED:
            self.stdout.append((name, text))
        elif name in SINGLE:
            self.settings[name] = text.strip()

    def skipped_under(self, preset):
        presets = self.settings["skip"].split("(")[0]
        return preset in re.split(r"[,\s]+", presets)

    def command(self, conc, scratch):
        if self.settings["shell"]:
            return ["sh", "-c", self.settings["shell"]]
        words = []
        for word in MODES[self.settings["mode"]].split():
            if word in ("{options}", "{args}"):
                text = self.settings[word[1:-1]].replace("{tmp}", scratch)
                words += shlex.split(text)
            else:
                words.append(word.format(conc=conc, file=self.path))
        return words

    def stdin(self):
        if self.settings["mode"] == "stdin":
            with open(os.path.join(TOP, self.path), "rb") as f:
                return f.read()
        return "".join(line + "\n" for line in self.input).encode()


def environment(conc, path, scratch):
    """What the script's process sees: no colour, and sanitizers that report into `scratch`."""
    reports = os.path.join(scratch, "report")
    env = dict(os.environ, NO_COLOR="1", LC_ALL="C.UTF-8", LANGUAGE="", CONC=conc, FILE=path,
               TMP=scratch)
    env["ASAN_OPTIONS"] = ":".join([
        "log_path=" + reports, "exitcode=86", "detect_leaks=0", "allocator_may_return_null=1",
        "abort_on_error=0"])
    env["UBSAN_OPTIONS"] = "print_stacktrace=1:log_path=" + reports
    env["TSAN_OPTIONS"] = ":".join([
        "log_path=" + reports, "exitcode=86", "die_after_fork=0", "history_size=4",
        "second_deadlock_stack=1"])
    return env


def prefix_for(preset):
    """The thread sanitizer wants its addresses free: where the kernel shuffles more than 28 bits
    of them, the program is run without that."""
    if preset != "tsan":
        return []
    try:
        with open("/proc/sys/vm/mmap_rnd_bits") as f:
            if int(f.read()) <= 28:
                return []
        subprocess.run(["setarch", "-R", "true"], check=True, stderr=subprocess.DEVNULL)
        return ["setarch", "-R"]
    except (OSError, ValueError, subprocess.CalledProcessError):
        return []


def run(script, options, prefix):
    """Runs the script once: the list of what was wrong, empty where nothing was."""
    limit = float(script.settings["timeout"]) * PATIENCE.get(options.preset, 1)
    with tempfile.TemporaryDirectory(prefix="conc-golden-") as scratch:
        process = subprocess.Popen(
            prefix + script.command(options.conc, scratch), cwd=TOP, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment(options.conc, script.path, scratch))
        hung = False
        try:
            out, err = process.communicate(script.stdin(), timeout=limit)
        except subprocess.TimeoutExpired:
            hung = True
        try:
            os.killpg(process.pid, signal.SIGKILL)  # what it left behind, if anything
        except ProcessLookupError:
            pass
        if hung:
            out, err = process.communicate()
        reports = [open(f, errors="replace").read()
                   for f in sorted(glob.glob(os.path.join(scratch, "report*")))]
    out = out.decode("utf-8", "backslashreplace")
    err = err.decode("utf-8", "backslashreplace")
    wrong = ["sanitizer report:\n" + clip(r) for r in reports]
    if BROKEN.search(err):
        wrong.append("a broken invariant is reported")
    if hung:
        wrong.append("still running after %g s; so far it printed:\n%s" % (limit, clip(out)))
        return wrong + ([section("standard error", err)] if err else [])
    return wrong + compare(script, out, err, process.returncode)


def compare(script, out, err, status):
    wrong = check_stdout(script, out)
    lines = err.split("\n")
    for text in script.errors:
        if not any(text in line for line in lines):
            wrong.append("no line of standard error contains: " + text)
    expected = int(script.settings["exit"])
    if status != expected:
        ended = "signal " + signal.Signals(-status).name if status < 0 else "status %d" % status
        wrong.append("ended with %s instead of status %d" % (ended, expected))
    if expected == 0 and not script.errors and err and not wrong:
        wrong.append("standard error should be empty")
    if wrong and err:
        wrong.append(section("standard error", err))
    return wrong


def check_stdout(script, out):
    if not script.stdout:
        return []
    actual = out.split("\n")
    if actual[-1] == "":
        actual.pop()
    ordered = [item for item in script.stdout if item[0] != "expect-any-order"]
    loose = collections.Counter(t for kind, t in script.stdout if kind == "expect-any-order")
    if loose:  # these may stand anywhere; the others keep their order
        rest = []
        for line in actual:
            if loose[line] > 0:
                loose[line] -= 1
            else:
                rest.append(line)
        actual = rest
    wrong = ["missing (in any order): " + t for t, n in loose.items() for _ in range(n)]
    same = len(actual) == len(ordered) and all(matches(e, a) for e, a in zip(ordered, actual))
    if not same:
        shown = [a if i < len(actual) and matches(e, a) else e[1]
                 for i, (e, a) in enumerate(pad(ordered, actual))]
        diff = difflib.unified_diff(shown, actual, "expected", "printed", lineterm="", n=2)
        wrong.append(section("standard output", "\n".join(diff)))
    return wrong


def matches(expected, line):
    kind, text = expected
    return re.fullmatch(text, line) is not None if kind == "expect-match" else text == line


def pad(ordered, actual):
    return [(e, actual[i] if i < len(actual) else "") for i, e in enumerate(ordered)]


def section(title, text):
    return title + ":\n" + "\n".join("    " + line for line in clip(text).split("\n"))


def clip(text, limit=6000):
    text = text.rstrip("\n")
    if len(text) <= limit:
        return text
    return text[:limit // 2] + "\n[...]\n" + text[-limit // 2:]


def find(words):
    """The scripts that the words pick, as paths from the top."""
    everything = sorted(glob.glob(os.path.join(TOP, "tests/golden/**/*.conc"), recursive=True))
    everything = [os.path.relpath(p, TOP) for p in everything]
    # A name with a leading underscore is a module that another script imports.
    everything = [p for p in everything if not os.path.basename(p).startswith("_")]
    if not words:
        return everything
    picked = []
    for word in words:
        if os.path.isfile(word):
            picked.append(os.path.relpath(os.path.abspath(word), TOP))
        elif os.path.isdir(word):
            inside = glob.glob(os.path.join(glob.escape(word), "**/*.conc"), recursive=True)
            paths = (os.path.relpath(os.path.abspath(p), TOP) for p in sorted(inside))
            picked += [p for p in paths if not os.path.basename(p).startswith("_")]
        else:
            picked += [p for p in everything if word in p]
    return list(dict.fromkeys(picked))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="FILE|FOLDER|WORD")
    parser.add_argument("--conc", default=os.path.join(TOP, "build/release/conc"))
    parser.add_argument("--preset", help="default: the name of the folder that conc is in")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="run each N times")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("-v", "--verbose", action="store_true", help="name what passed, too")
    options = parser.parse_args()
    options.conc = os.path.abspath(options.conc)
    options.preset = options.preset or os.path.basename(os.path.dirname(options.conc))
    return options


def main():
    options = arguments()
    if not os.access(options.conc, os.X_OK):
        sys.exit("golden: there is no " + options.conc)
    scripts = [Script(path) for path in find(options.words)]
    if not scripts:
        sys.exit("golden: no script matches")
    skipped = [s for s in scripts if s.skipped_under(options.preset)]
    runs = [s for s in scripts if s not in skipped for _ in range(options.repeat)]
    prefix = prefix_for(options.preset)
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for script, wrong in zip(runs, pool.map(lambda s: run(s, options, prefix), runs)):
            if wrong:
                failures += 1
                print("FAIL %s\n  %s\n" % (script.path, "\n".join(wrong).replace("\n", "\n  ")))
            elif options.verbose:
                print("ok   " + script.path)
            sys.stdout.flush()
    for script in skipped:
        print("skip %s: %s" % (script.path, script.settings["skip"]))
    print("%s: %d passed, %d failed, %d skipped"
          % (options.preset, len(runs) - failures, failures, len(skipped)))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
