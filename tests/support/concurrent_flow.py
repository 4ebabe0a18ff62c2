#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random programs of threads, tasks, processes, locks and queues that must come to a known sum.

Numbers flow through a few stages. A stage's workers are threads, tasks of the main thread or tasks of
threads of their own; they take from the stage's queue and put into the next one in whichever way the
language has, some under time-outs, and some are cancelled over and over and started again. What is
cancelled or timed out has had no effect, so each number has to arrive, once, whatever the schedule.

    tests/support/concurrent_flow.py --conc build/release/conc --count 100 [--first SEED] [--keep DIR]
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile

MODULUS = 1000003

HEAD = """
let out = []
let total = 0
let guard = lock()
let sources = []
fn put_surely(q, v) {
    while true { try { q.put(v); return nil } catch e: Cancelled { } }
}
fn put_in_time(q, v, seconds) {
    while true { try { q.put(v, timeout: seconds); return nil } catch e: QueueFull { } }
}
fn close_after(handles, q) {
    for h in handles { h.join() }
    q.close()
}
fn garbage(n) {
    let kept = {}
    for i in range(n) { kept[str(i % 50)] = [i, "${i}", {i: [i]}] }
    return len(kept)
}
"""


def indent(lines):
    return ["    " + line for line in lines]


class Program:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = self.random.randint(20, 120)
        self.stages = [(self.random.randint(1, 999), self.random.randint(0, 999))
                       for _ in range(self.random.randint(1, 3))]
        self.noise = self.random.random() < 0.3
        self.spawns = self.random.random() < 0.3
        self.lines = []

    def chance(self, share):
        return self.random.random() < share

    def time(self):
        return self.random.choice(["0", "0.0001", "0.001", "0.02"])

    def expected(self):
        total = 0
        for x in range(self.count):
            for a, b in self.stages:
                x = (x * a + b) % MODULUS
            total += x
        return f"{self.count} {total} {total}"

    # ---- What a worker does --------------------------------------------------------------------

    def put(self, stage, value, is_async, is_fragile):
        """Passes a value on; behind the last stage it is collected."""
        wait = "await " if is_async else ""
        if stage == len(self.stages):
            if is_fragile:  # the lock is a waiting call, which must not lose the value
                return [f"while true {{ try {{ lock guard {{ total += {value}; out.append({value}) }}",
                        "    break } catch e: Cancelled { } }"]
            return [f"{wait}lock guard {{ total += {value} }}", f"out.append({value})"]
        q = f"q{stage}"
        if is_fragile:
            return [f"put_surely({q}, {value})"]
        if not is_async and self.chance(0.3):
            return [f"put_in_time({q}, {value}, {self.time()})"]
        if self.chance(0.2):
            # A task that tries again and again without waiting lets nobody else run.
            seconds = "0.001" if is_async else self.time()
            return [f"while true {{ try {{ {wait}{q}.put({value}, timeout: {seconds}); break }} "
                    "catch e: QueueFull { } }"]
        return [f"{wait}{q}.put({value})"]

    def work(self, stage, is_async, is_fragile):
        a, b = self.stages[stage]
        wait = "await " if is_async else ""
        value = f"step{stage}(x)"
        lines = [f"let y = {value}"]
        if self.spawns and not is_fragile and self.chance(0.5):
            lines = ["let y = 0",
                     f"if x % 37 == 0 {{ let child = spawn {value}; y = {wait}child.join() }} "
                     f"else {{ y = {value} }}"]
        if self.chance(0.2):
            lines.append(f"{wait}sleep({self.random.choice(['0', '0.0001'])})"
                         if not is_fragile else "garbage(5)")
        return lines + self.put(stage + 1, "y", is_async, is_fragile)

    def take_all(self, stage, is_async, is_fragile):
        """A loop over the queue of a stage, to its close."""
        wait = "await " if is_async else ""
        q = f"q{stage}"
        body = self.work(stage, is_async, is_fragile)
        way = self.random.choice(["for", "get", "timed"])
        if way == "for":
            return [f"for {wait}x in {q} {{"] + indent(body) + ["}"]
        get = f"x = {wait}{q}.get()"
        empty = ""
        if way == "timed":
            get = f"x = {wait}{q}.get(timeout: {self.time() if not is_async else '0.001'})"
            empty = " catch e: QueueEmpty { continue }"
        return (["while true {", "    let x = nil",
                 f"    try {{ {get} }} catch e: QueueClosed {{ break }}{empty}"] +
                indent(body) + ["}"])

    # ---- Workers of a stage --------------------------------------------------------------------

    def function(self, name, lines, is_async=False, parameters=""):
        head = "async fn" if is_async else "fn"
        self.lines += [f"{head} {name}({parameters}) {{"] + indent(lines) + ["}"]

    def threads(self, stage, name):
        self.function(name, self.take_all(stage, False, False))
        return [f"thread {name}()" for _ in range(self.random.randint(1, 4))]

    def tasks(self, stage, name):
        self.function(name, self.take_all(stage, True, False), is_async=True)
        return [f"async {name}()" for _ in range(self.random.randint(1, 4))]

    def hosted_tasks(self, stage, name):
        self.function(name, self.take_all(stage, True, False), is_async=True)
        join = self.random.choice(["k.join()", "k.join()", "await k.join()"])
        self.function(f"{name}_host", [
            "let ks = []", f"for i in range({self.random.randint(1, 4)}) {{ ks.append(async {name}()) }}",
            f"for k in ks {{ {join} }}"], is_async=join.startswith("await"))
        return [f"thread {name}_host()" for _ in range(self.random.randint(1, 2))]

    def fragile_threads(self, stage, name):
        start = "thread"
        self.function(name, self.take_all(stage, False, True) + ['return "closed"'])
        self.function(f"{name}_keeper", [
            "let turn = 0",
            "while true {",
            f"    let h = {start} {name}()",
            f"    if turn < {self.random.randint(1, 30)} {{",
            "        turn += 1",
            f"        {self.random.choice(['garbage(3)', 'sleep(0.0002)', 'sleep(0.001)'])}",
            "        h.cancel()",
            "        " + self.random.choice(["", "h.cancel()"]),
            "    }",
            "    try {",
            '        if h.join() == "closed" { return nil }',
            "    } catch e: Cancelled { }",
            "}"])
        return [f"thread {name}_keeper()" for _ in range(self.random.randint(1, 2))]

    def queue(self, stage):
        order = self.random.choice(["", "", 'order: "lifo"', 'order: "priority"'])
        size = self.random.choice(["", "", "maxsize: 1", "maxsize: 2", "maxsize: 7"])
        return f"let q{stage} = queue({', '.join(part for part in (size, order) if part)})"

    def produce(self):
        producers = self.random.randint(1, 3)
        starts = []
        for i in range(producers):
            first, last = self.count * i // producers, self.count * (i + 1) // producers
            is_async = self.chance(0.4)
            body = self.put(0, "x", is_async, False)
            self.function(f"produce{i}", ["for x in range(first, last) {"] + indent(body) + ["}"],
                          is_async, "first, last")
            starts.append(f"{'async' if is_async else 'thread'} produce{i}({first}, {last})")
        return starts

    def text(self):
        for stage, (a, b) in enumerate(self.stages):
            self.lines += [self.queue(stage),
                           f"fn step{stage}(x) {{ return (x * {a} + {b}) % {MODULUS} }}"]
        groups = [self.produce()]
        for stage in range(len(self.stages)):
            starts = []
            for kind in range(self.random.randint(1, 2)):
                make = self.random.choice([self.threads, self.tasks, self.hosted_tasks,
                                           self.fragile_threads])
                starts += make(stage, f"work{stage}_{kind}")
            self.random.shuffle(starts)
            groups.append(starts)
        body = [f"let group{i} = [{', '.join(starts)}]" for i, starts in enumerate(groups)]
        self.random.shuffle(body)
        closers = [f"let closer{i} = thread close_after(group{i}, q{i})"
                   for i in range(len(self.stages))]
        self.random.shuffle(closers)
        noise = ["let noise = thread garbage(2000)"] if self.noise else []
        ends = [f"for h in group{len(groups) - 1} {{ await h.join() }}"]
        return HEAD + "\n".join(self.lines + noise + body + closers + ends +
                                ["print(len(out), total, sum(out))"]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--conc", required=True)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--timeout", type=float, default=120)
    parser.add_argument("--keep", help="where to leave the programs that fail")
    options = parser.parse_args()
    command = ["setarch", "-R"] if "tsan" in options.conc else []
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.first, options.first + options.count):
            program = Program(seed)
            path = os.path.join(options.keep or folder, f"flow-{seed}.conc")
            with open(path, "w", encoding="utf-8") as file:
                file.write(program.text())
            try:
                done = subprocess.run(command + [options.conc, path], capture_output=True, text=True,
                                      timeout=options.timeout, check=False)
                printed, errors = done.stdout.strip(), done.stderr
            except subprocess.TimeoutExpired:
                printed, errors = "(does not end)", ""
            if printed != program.expected() or errors:
                failed += 1
                print(f"seed {seed}: {printed!r}, not {program.expected()!r}\n{errors[:2000]}")
            elif options.keep:
                os.remove(path)
    print(f"{options.count} programs, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
