#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests `conc test` where a golden script cannot: terminals, signals, processes that are killed.

    tests/support/test_command_test.py [--conc build/release/conc]

Each case waits for what it expects, for as long as it takes up to a guard; nothing is measured.
"""
import argparse
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GUARD = 60  # seconds

# Says that it runs by making a file, and leaves a child of its own behind that would run for long.
WAITS = """
fn mark(name) { with open(name, "w") as f { f.write("x") } }
test "passes" { }
test "waits" {
    let p = spawn { let q = spawn sleep(300); mark("child"); q.join() }
    mark("waits")
    try { sleep(300) } finally { mark("cleaned") }
}
test "later" { }
"""


class Run:
    """`conc test` in a folder of its own, with what it started."""

    def __init__(self, conc, script, *options, **more):
        self.folder = tempfile.TemporaryDirectory()
        self.path = self.folder.name
        with open(os.path.join(self.path, "a.conc"), "w") as f:
            f.write(script)
        self.process = subprocess.Popen([conc, "test", *options, "a.conc"], cwd=self.path,
                                        stdout=more.pop("stdout", subprocess.PIPE),
                                        stderr=subprocess.STDOUT, start_new_session=True, **more)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def has(self, name):
        return os.path.exists(os.path.join(self.path, name))

    def finish(self):
        out, _ = self.process.communicate(timeout=GUARD)
        return self.process.returncode, (out or b"").decode()

    def processes(self):
        """All that run in this folder: a test and what it has started have it as their own."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink("/proc/%s/cwd" % pid) == os.path.realpath(self.path):
                    found.append(int(pid))
            except OSError:
                pass
        return found


def wait_for(what, condition):
    end = time.monotonic() + GUARD
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("waited in vain for " + what)
        time.sleep(0.01)


def wait_until_it_waits(run):
    wait_for("the test and its child", lambda: run.has("waits") and run.has("child"))


def expect(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(w) for w in what))


def interrupted(conc, number, status):
    with Run(conc, WAITS, "-v", "--jobs", "1") as run:
        wait_until_it_waits(run)
        run.process.send_signal(number)
        code, out = run.finish()
        expect(code == status, "status", code, out)
        expect("ok   passes" in out, out)
        expect(re.search(r"^interrupted: 1 passed, 2 not ended in ", out, re.M), out)
        expect(run.has("cleaned"), "its finally block has not run")
        expect(run.processes() == [], "left:", run.processes())


def ctrl_c(conc):
    interrupted(conc, signal.SIGINT, 130)


def sigterm(conc):
    interrupted(conc, signal.SIGTERM, 143)


def ctrl_c_twice(conc):
    """The second one does not wait for a finally block that takes its time."""
    script = WAITS.replace('mark("cleaned")', 'mark("cleaning"); timeout 200 { while true { } }')
    with Run(conc, script, "--jobs", "1") as run:
        wait_until_it_waits(run)
        run.process.send_signal(signal.SIGINT)
        wait_for("its finally block", lambda: run.has("cleaning"))
        run.process.send_signal(signal.SIGINT)
        code, out = run.finish()
        expect(code == 130, "status", code, out)
        expect(run.processes() == [], "left:", run.processes())


def killed_runner(conc):
    """A runner that is killed takes its tests along."""
    with Run(conc, WAITS) as run:
        wait_until_it_waits(run)
        run.process.kill()
        run.process.wait()
        wait_for("the end of all processes", lambda: run.processes() == [])


def crash(conc):
    """A test whose process dies of a signal fails; the next one runs."""
    with Run(conc, WAITS, "-v", "--jobs", "1") as run:
        wait_until_it_waits(run)
        tests = [pid for pid in run.processes() if parent_of(pid) == run.process.pid]
        expect(len(tests) == 1, "one test runs, not", tests)
        os.kill(tests[0], signal.SIGKILL)
        code, out = run.finish()
        expect(code == 1, "status", code, out)
        expect("error: signal SIGKILL ended the test's process\n" in out, out)
        expect("ok   later" in out, out)
        expect(run.processes() == [], "left:", run.processes())


def parent_of(pid):
    with open("/proc/%d/stat" % pid) as f:
        return int(f.read().rpartition(")")[2].split()[1])


def leaves_nothing(conc):
    """Detached children, children of children, and what does not heed a cancel."""
    script = """
    test "detached" {
        let p = spawn { let q = spawn sleep(300); q.detach(); sleep(300) }
        p.detach()
        sleep(0.2)
    }
    test "deaf" {
        thread { while true { try { sleep(300) } catch e: BaseError { } } }
        spawn { while true { try { sleep(300) } catch e: BaseError { } } }
        sleep(0.2)
    }
    """
    with Run(conc, script) as run:
        code, out = run.finish()
        expect(code == 1 and out.count("left something behind") == 2, out)
        expect(run.processes() == [], "left:", run.processes())


def read_terminal(conc, script, environment):
    master, slave = pty.openpty()
    with Run(conc, script, stdout=slave, env=dict(os.environ, **environment)) as run:
        os.close(slave)
        out = b""
        while True:
            ready, _, _ = select.select([master], [], [], GUARD)
            try:
                piece = os.read(master, 65536) if ready else b""
            except OSError:  # the other end is closed
                piece = b""
            if not piece:
                break
            out += piece
        os.close(master)
        run.process.wait(timeout=GUARD)
    return out.decode()


def terminal(conc):
    script = 'test "世界" { sleep(0.3) }\ntest "wrong" { assert(1 == 2) }'
    out = read_terminal(conc, script, {"TERM": "xterm", "NO_COLOR": ""})
    expect("\r[0/2] " in out or "\r[1/2] " in out, "no progress line:", repr(out))
    expect("\r\x1b[K" in out, "it is not erased:", repr(out))
    expect("\x1b[1;31mFAIL\x1b[0m wrong" in out, "no colour:", repr(out))
    out = read_terminal(conc, script, {"TERM": "xterm", "NO_COLOR": "1"})
    expect("\r[" in out and "\x1b[1;31m" not in out, "colour in spite of NO_COLOR:", repr(out))
    out = read_terminal(conc, script, {"TERM": "dumb"})
    expect("\x1b" not in out and "\r[" not in out, "dumb terminal:", repr(out))


CASES = [ctrl_c, sigterm, ctrl_c_twice, killed_runner, crash, leaves_nothing, terminal]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--conc", default=os.path.join(TOP, "build/release/conc"))
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    conc, wrong = os.path.abspath(options.conc), 0
    for case in CASES:
        if options.names and case.__name__ not in options.names:
            continue
        try:
            case(conc)
        except (AssertionError, subprocess.TimeoutExpired) as e:
            print("FAIL %s: %s" % (case.__name__, e))
            wrong += 1
    print("%d failed" % wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
