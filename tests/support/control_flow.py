#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random programs, the same in conc and in Python, that must print the same.

What they mix is what compilers get wrong: try, catch and finally within loops, `with` and lock blocks
that are left by return, break, continue and errors (also errors of the cleanup itself), and
variables that closures read and write. Branches are decided by a generator of pseudo-random
numbers that both programs contain, so each program takes many ways.

    tests/support/control_flow.py --conc build/release/conc --count 200 [--first SEED] [--keep DIR]
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile

DEPTH = 4
ERRORS = ["ValueError", "KeyError", "OSError"]

HEAD = {
    "conc": """
let state = %d
let steps = 0
fn c() {
    state = (state * 1103515245 + 12345) %% 2147483648
    steps += 1
    if steps > 400 { throw TypeError("steps") }
    return state // 65536 %% 3 == 0
}
fn log(x) { print(x) }
class R {
    fn init(n) { self.n = n }
    fn acquire() {
        log("acquire ${self.n}")
        if c() { throw OSError("a") }
        return true
    }
    fn release() {
        log("release ${self.n}")
        if c() and c() { throw KeyError("r") }
    }
    fn close() {
        log("close ${self.n}")
        if c() and c() { throw KeyError("r") }
    }
}
for k in range(6) {
    try { log("result ${f()}") } catch e { log("uncaught ${type(e)}") }
}
""",
    "python": """
from contextlib import closing
state = %d
steps = 0
def c():
    global state, steps
    state = (state * 1103515245 + 12345) %% 2147483648
    steps += 1
    if steps > 400: raise TypeError("steps")
    return state // 65536 %% 3 == 0
def log(x): print(x.replace("None", "nil"))
def kind(e): return "<class " + type(e).__name__ + ">"
class R:
    def __init__(self, n): self.n = n
    def acquire(self):
        log(f"acquire {self.n}")
        if c(): raise OSError("a")
        return True
    def release(self):
        log(f"release {self.n}")
        if c() and c(): raise KeyError("r")
    def close(self):
        log(f"close {self.n}")
        if c() and c(): raise KeyError("r")
class held:
    def __init__(self, r): self.r = r
    def __enter__(self): self.r.acquire()
    def __exit__(self, *error): self.r.release()
for k in range(6):
    try: log(f"result {f()}")
    except Exception as e: log("uncaught " + kind(e))
""",
}


def indent(lines):
    return ["    " + line for line in lines]


class Program:
    """Both texts grow side by side: each method gives (conc lines, Python lines)."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.number = 0
        self.variables = []
        conc, python = self.block(DEPTH, in_loop=False)
        start = seed * 7 + 1
        self.conc = "\n".join(["fn f() {"] + indent(conc) + ["}"]) + HEAD["conc"] % start
        self.python = "\n".join(["def f():"] + indent(python)) + "\n" + HEAD["python"] % start

    def fresh(self):
        self.number += 1
        return self.number

    def block(self, depth, in_loop):
        conc, python = [], []
        outer = list(self.variables)
        for _ in range(self.random.randint(1, 3)):
            kinds = [self.log, self.jump]
            if depth > 0:
                kinds += [self.jump, self.try_, self.try_, self.try_, self.while_, self.for_,
                          self.lock, self.with_, self.if_, self.let, self.assign, self.swap,
                          self.closure, self.keep]
            c, p = self.random.choice(kinds)(depth - 1, in_loop)
            conc += c
            python += p
        self.variables = outer
        return conc, python

    def variable(self):
        return self.random.choice(self.variables)

    # --- statements

    def log(self, _depth, _in_loop):
        n = self.fresh()
        if not self.variables:
            return [f'log("{n}")'], [f'log("{n}")']
        v = self.variable()
        return [f'log("{n} ${{{v}}}")'], [f'log(f"{n} {{{v}}}")']

    def jump(self, _depth, in_loop):
        n = self.fresh()
        way = self.random.choice(["throw", "return"] + ["break", "continue"] * (2 * in_loop))
        conc = python = way
        if way == "throw":
            error = self.random.choice(ERRORS)
            conc, python = f'throw {error}("{n}")', f'raise {error}("{n}")'
        elif way == "return":
            value = self.variable() if self.variables and self.random.random() < 0.5 else n
            conc = python = f"return {value}"
        if self.random.random() < 0.85:
            return [f"if c() {{ {conc} }}"], [f"if c(): {python}"]
        return [f"if true {{ {conc} }}"], [f"if True: {python}"]

    def let(self, _depth, _in_loop):
        v = f"v{self.fresh()}"
        self.variables.append(v)
        return [f"let {v} = {self.number}"], [f"{v} = {self.number}"]

    def assign(self, depth, in_loop):
        if not self.variables:
            return self.let(depth, in_loop)
        text = f"{self.variable()} += {self.fresh()}"
        return [text], [text]

    def swap(self, depth, in_loop):
        if len(self.variables) < 2:
            return self.let(depth, in_loop)
        a, b = self.random.sample(self.variables, 2)
        text = self.random.choice([f"{a}, {b} = {b}, {a}", f"{a}, {b} = {b} - 1, {a} + {b}"])
        return [text], [text]

    def closure(self, depth, in_loop):
        if not self.variables:
            return self.let(depth, in_loop)
        n, v, w = self.fresh(), self.variable(), self.variable()
        call = ([f'log("{n} ${{g{n}()}}")'], [f'log(f"{n} {{g{n}()}}")'])
        if self.random.random() < 0.5:
            conc = [f"fn g{n}() {{", f"    {v} += 1", f"    return {w}", "}"]
            python = [f"def g{n}():", f"    nonlocal {v}", f"    {v} += 1", f"    return {w}"]
        else:
            conc, python = [f"let g{n} = fn () => {v} + {w}"], [f"g{n} = lambda: {v} + {w}"]
        return conc + call[0], python + call[1]

    def keep(self, depth, in_loop):
        """Closures made in a loop and called behind it: each turn has its own variable."""
        n = self.fresh()
        conc, python = self.block(depth, True)
        return (
            [f"let kept{n} = []", f"for k{n} in range(3) {{", f"    let own{n} = k{n} * 10",
             f"    kept{n}.append(fn () {{", f"        own{n} += 1", f"        return own{n} + k{n}",
             "    })"] + indent(conc) +
            [f"    own{n} += 100", "}", f"for g in kept{n} {{ log(\"{n} ${{g() + g()}}\") }}"],
            [f"kept{n} = []", f"def adder{n}(box, k):", "    def g():", "        box[0] += 1",
             "        return box[0] + k", "    return g", f"for k{n} in range(3):",
             f"    own{n} = [k{n} * 10]", f"    kept{n}.append(adder{n}(own{n}, k{n}))"] +
            indent(python) +
            [f"    own{n}[0] += 100", f"for g in kept{n}: log(f\"{n} {{g() + g()}}\")"])

    def if_(self, depth, in_loop):
        yes, no = self.block(depth, in_loop), self.block(depth, in_loop)
        return (["if c() {"] + indent(yes[0]) + ["} else {"] + indent(no[0]) + ["}"],
                ["if c():"] + indent(yes[1]) + ["else:"] + indent(no[1]))

    def while_(self, depth, _in_loop):
        i = f"i{self.fresh()}"
        conc, python = self.block(depth, True)
        return ([f"let {i} = 0", f"while {i} < 3 {{", f"    {i} += 1"] + indent(conc) + ["}"],
                [f"{i} = 0", f"while {i} < 3:", f"    {i} += 1"] + indent(python))

    def for_(self, depth, _in_loop):
        i = f"i{self.fresh()}"
        outer = list(self.variables)
        self.variables.append(i)
        conc, python = self.block(depth, True)
        self.variables = outer
        return ([f"for {i} in [1, 2, 3] {{"] + indent(conc) + ["}"],
                [f"for {i} in [1, 2, 3]:"] + indent(python))

    def lock(self, depth, in_loop):
        n = self.fresh()
        conc, python = self.block(depth, in_loop)
        return ([f'lock R("{n}") {{'] + indent(conc) + ["}"],
                [f'with held(R("{n}")):'] + indent(python))

    def with_(self, depth, in_loop):
        n = self.fresh()
        conc, python = self.block(depth, in_loop)
        if self.random.random() < 0.5:
            return ([f'with R("{n}") as w{n}, R("{n}b") {{'] + indent(conc) + ["}"],
                    [f'with closing(R("{n}")) as w{n}, closing(R("{n}b")):'] + indent(python))
        return ([f'with R("{n}") as w{n} {{'] + indent(conc) + ["}"],
                [f'with closing(R("{n}")) as w{n}:'] + indent(python))

    def try_(self, depth, in_loop):
        n = self.fresh()
        conc, python = self.block(depth, in_loop)
        conc, python = ["try {"] + indent(conc) + ["}"], ["try:"] + indent(python)
        for part in self.random.choice(["c", "cf", "f", "cc", "ccf"]):
            c, p = self.block(depth, in_loop)
            if part == "f":
                conc += ["finally {"] + indent(c) + ["}"]
                python += ["finally:"] + indent(p)
                continue
            types = self.random.choice([["Error"], ["ValueError", "KeyError"]] + [[e] for e in ERRORS])
            clause = "" if types == ["Error"] else ": " + " | ".join(types)
            classes = "Exception" if types == ["Error"] else "(" + ", ".join(types) + ",)"
            conc += [f"catch e{n}{clause} {{", f'    log("caught ${{type(e{n})}}")'] + indent(c) + ["}"]
            python += [f"except {classes} as e{n}:", f'    log("caught " + kind(e{n}))'] + indent(p)
        return conc, python


def output_of(command, path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    done = subprocess.run(command + [path], capture_output=True, text=True, timeout=60, check=False)
    return done.stdout.splitlines(), done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--conc", required=True)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--keep", help="where to leave the programs that differ")
    options = parser.parse_args()
    folder = options.keep or tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    different = 0
    for seed in range(options.first, options.first + options.count):
        program = Program(seed)
        paths = [os.path.join(folder, f"{seed}.{ending}") for ending in ("conc", "py")]
        conc, complaint = output_of([options.conc], paths[0], program.conc)
        python, _ = output_of([sys.executable], paths[1], program.python)
        if conc == python:
            os.remove(paths[0])
            os.remove(paths[1])
            continue
        different += 1
        line = next((i for i, (a, b) in enumerate(zip(conc, python)) if a != b),
                    min(len(conc), len(python)))
        print(f"seed {seed}: line {line + 1} differs: conc {conc[line:line + 1]}, "
              f"Python {python[line:line + 1]} {complaint[:400]}")
    print(f"control flow: {options.count} programs, {different} differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
