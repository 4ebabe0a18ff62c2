#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds scripts/from_python to its word: runs its programs, and compares its page with them.

    tests/support/from_python.py [--conc build/release/conc] [--write] [WORD...]

Every program says in golden comments (tests/README.md) what it prints, in full and in the order of
a terminal; one that never ends says `# hangs: yes`. --write puts programs and outputs into the page
and the table. A WORD picks the programs whose path contains it.
"""
import argparse
import concurrent.futures
import difflib
import glob
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

import golden

FOLDER = "scripts/from_python/"
PAGE = FOLDER + "README.md"
TABLE = "scripts/README.md"
OLDEST = (3, 11)  # it has asyncio.timeout; and the page shows its messages
TOO_OLD = 77      # the status by which ctest knows that nothing was tested
LIMIT = 60        # seconds for a program that should end, or should come to where it hangs
SILENCE = 1       # seconds after its output by which one that hangs must still be running

TAIL = "\n# It prints"  # above this line the page shows the program
ENTRY = re.compile(r"^### (\d+)\. (.*)$", re.M)
SHOWN = re.compile(r"^\[([\w-]+\.(?:py|conc))\]\(\1\).*\n(?:\n?```\w+\n(?:.*\n)*?```\n){0,2}", re.M)
ROWS = re.compile(r"^(\| \| Python \| conc \|\n\|---\|---\|---\|\n)(?:\|.*\n)*", re.M)


class Program(golden.Script):
    """A program in either language: what it prints, how it ends, what the page shows of it."""

    def __init__(self, name):
        self.printed = []
        self.hangs = False
        super().__init__(FOLDER + name)
        self.name = name
        with open(os.path.join(golden.TOP, self.path), encoding="utf-8") as f:
            text = f.read().replace("# SPDX-License-Identifier: MIT\n", "")
        self.shown = text.split(TAIL)[0].rstrip("\n") + "\n"
        self.caption = text.split("\n")[0].lstrip("# ")

    def note(self, name, text):
        super().note(name, text)
        if name in ("expect", "expect-error"):
            self.printed.append(text)
        self.hangs = self.hangs or name == "hangs"

    def in_python(self):
        return self.name.endswith(".py")

    def end(self):
        return "hangs" if self.hangs else "status " + self.settings["exit"]

    def block(self):
        """What stands on the page for this program, link and all."""
        text = "[%s](%s), %s:\n\n```%s\n%s```\n" % (
            self.name, self.name, self.end(), "python" if self.in_python() else "conc", self.shown)
        lines = [line.replace(FOLDER, "") for line in self.printed]
        return text + ("```text\n%s\n```\n" % "\n".join(lines) if lines else "")


def run(program, conc):
    """Runs the program once: the list of what was wrong, empty where nothing was."""
    command = [sys.executable, "-u"] if program.in_python() else [conc]
    with tempfile.TemporaryDirectory(prefix="conc-from-python-") as scratch:
        paths = [os.path.join(scratch, name) for name in ("stdout", "stderr")]
        with open(paths[0], "wb") as out, open(paths[1], "wb") as err:
            process = subprocess.Popen(
                command + [program.path], cwd=golden.TOP, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                env=golden.environment(conc, program.path, scratch))
        try:
            running = await_end(process, program, paths)
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)  # with its children, if there are any
            except ProcessLookupError:
                pass
        status = process.wait()
        return judge(program, [read(path) for path in paths], "hangs" if running else status)


def await_end(process, program, paths):
    """Waits until the program has ended, or hangs after it has printed what it should. True if it
    is still running then."""
    begun = rested = time.monotonic()  # it rests since then
    while process.poll() is None:
        now = time.monotonic()
        if not (program.hangs and rests(process.pid)) or any(
                differences(program, [read(path) for path in paths])):
            rested = now
        if now - begun > LIMIT or now - rested > SILENCE:
            return True
        time.sleep(0.02)
    return False


def rests(pid):
    """Whether the process waits for something other than its turn, or has had many turns."""
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rpartition(")")[2].split()
    computed = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return fields[0] not in "RD" or computed > SILENCE


def judge(program, outputs, end):
    wrong = [golden.section(name, "\n".join(diff))
             for name, diff in zip(("standard output", "standard error"),
                                   differences(program, outputs)) if diff]
    expected = "hangs" if program.hangs else int(program.settings["exit"])
    if end != expected:
        wrong.append("its end: %s instead of %s" % (end, expected))
    return wrong


def differences(program, outputs):
    """The differences of standard output and standard error from what the program says."""
    out, err = outputs
    expected = [text for _, text in program.stdout]
    if program.in_python():
        err = plain(err)
        if sys.version_info[:2] != OLDEST:  # others word their messages differently
            err = "".join(text + "\n" for text in program.errors)
    return [list(difflib.unified_diff(e, a.splitlines(), "expected", "printed", lineterm=""))
            for e, a in ((expected, out), (program.errors, err))]


def plain(text):
    """Python's standard error without what differs from place to place."""
    text = text.replace(os.path.join(golden.TOP, ""), "")
    text = re.sub(r"\b0x[0-9a-f]+", "0x...", text)
    return re.sub(r"^(Traceback \(most recent call last\):\n)(?: .*\n)+", r"\1  ...\n", text,
                  flags=re.M)


def page_of(programs):
    """The page as it should be, given the texts in it."""
    return SHOWN.sub(lambda found: programs[found[1]].block(), read(PAGE))


def table_of(programs):
    """The file with the table as it should be: a row for each entry of the page."""
    rows = ""
    pairs = pair_up(programs)
    for number, title in ENTRY.findall(read(PAGE)):
        anchor = re.sub(r"[^\w -]", "", "%s %s" % (number, title)).lower().replace(" ", "-")
        cells = ["%s *(%s)*" % (p.caption, p.end()) for p in pairs[int(number)]]
        rows += "| [%s. %s](from_python/README.md#%s) | %s |\n" % (
            number, title, anchor, " | ".join(cells))
    return ROWS.sub(lambda found: found[1] + rows, read(TABLE))


def pair_up(programs):
    pairs = {}
    for name, program in programs.items():
        pairs.setdefault(int(name.split("-")[0]), []).append(program)
    return {number: sorted(pair, key=lambda p: not p.in_python()) for number, pair in pairs.items()}


def check_page(programs, write):
    """What is wrong with the page and the table. Writes them anew instead, if wanted."""
    wrong = []
    for path, text in ((PAGE, page_of(programs)), (TABLE, table_of(programs))):
        if write:
            with open(os.path.join(golden.TOP, path), "w", encoding="utf-8") as f:
                f.write(text)
        elif text != read(path):
            diff = difflib.unified_diff(read(path).splitlines(), text.splitlines(), path,
                                        "as the programs have it", lineterm="")
            wrong.append(golden.section(path + " (--write mends it)", "\n".join(diff)))
    numbers = [int(number) for number, _ in ENTRY.findall(read(PAGE))]
    if numbers != list(range(1, len(numbers) + 1)):
        wrong.append("the page's entries are not numbered from 1 on")
    if len(ROWS.findall(read(TABLE))) != 1:
        wrong.append(TABLE + " has no table of the programs")
    names = [found[1] for found in SHOWN.finditer(read(PAGE))]
    if names != [p.name for _, pair in sorted(pair_up(programs).items()) for p in pair]:
        wrong.append("the page should have each pair of programs once, in order, Python's first")
    return wrong


def read(path):
    with open(os.path.join(golden.TOP, path), encoding="utf-8", errors="backslashreplace") as f:
        return f.read()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="WORD")
    parser.add_argument("--conc", default=os.path.join(golden.TOP, "build/release/conc"))
    parser.add_argument("--write", action="store_true", help="write the page instead of running")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="run each N times")
    parser.add_argument("-j", "--jobs", type=int, default=4)
    options = parser.parse_args()
    options.conc = os.path.abspath(options.conc)
    return options


def main():
    options = arguments()
    if sys.version_info < OLDEST:
        print("from_python: this is Python %d.%d, too old" % sys.version_info[:2])
        return TOO_OLD
    # An ignored Ctrl-C would be ignored by the programs as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    files = glob.glob(os.path.join(golden.TOP, FOLDER, "[0-9]*-*"))
    programs = {name: Program(name) for name in sorted(map(os.path.basename, files))}
    failures = check_page(programs, options.write)
    for text in failures:
        print("FAIL " + text)
    if options.write:
        return 1 if failures else 0
    runs = [p for p in programs.values() for _ in range(options.repeat)
            if not options.words or any(word in p.path for word in options.words)]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for program, wrong in zip(runs, pool.map(lambda p: run(p, options.conc), runs)):
            if wrong:
                failures.append(program.name)
                print("FAIL %s\n  %s\n" % (program.path, "\n".join(wrong).replace("\n", "\n  ")))
            sys.stdout.flush()
    print("%d runs, %d failures" % (len(runs), len(failures)))
    return 1 if failures or not runs else 0


if __name__ == "__main__":
    sys.exit(main())
