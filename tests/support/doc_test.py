#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds what `conc doc` says to the truth, and stdlib/README.md to what `conc doc` says.

    tests/support/doc_test.py [--conc build/release/conc] [--write] [NAME...]

Every entry has an example, which is run. Where a line of it ends with `# VALUE`, an expression has to have
just that value (as repr() shows it), and anything else has to print just that. What examples use without
making it (`q` of a queue's methods, say) is in SETUPS. --write makes the second half of stdlib/README.md anew.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
README = os.path.join(TOP, "stdlib/README.md")
MARK = "<!-- What follows is made by `./bootstrap docs`, from what `conc doc` says. -->\n\n"
LIMIT = 30  # seconds for one example

# What stands before the examples of a type's or module's members, and of the entry of that name itself.
FUNCTIONS = "fn f(...xs) { return len(xs) }\nfn work(x) { }\n"
SETUPS = {
    "list": 'let xs = [3, 1, 2]\n',
    "map": 'let m = {"a": 1}\n',
    "set": 'let s = set([1, 2, 3])\n',
    "bytes": 'let data = bytes("k=v\\n", "utf-8")\n',
    "queue": "let q = queue(9)\nq.put(0)\n",
    "lock": "let m = lock()\n",
    "lock.release": "let m = lock()\nm.acquire()\n",
    "RLock": "let m = RLock()\n",
    "RLock.release": "let m = RLock()\nm.acquire()\n",
    "RWLock": "let rw = RWLock()\nlet table = {1: 2}\n",
    "RWLockSide": "let rw = RWLock()\n",
    "RWLockSide.release": "let rw = RWLock()\nrw.read.acquire()\n",
    "Semaphore": "let s = Semaphore(3)\n",
    "BoundedSemaphore": "let s = BoundedSemaphore(3)\n",
    "Event": "let ready = Event()\n",
    "Event.wait": "let ready = Event()\nready.set()\n",
    "Condition": "let c = Condition()\nlet count = 0\n",
    "Condition.wait": "let c = Condition()\nlet ready = true\n",
    "Latch": "let done = Latch(3)\n",
    "Latch.wait": "let done = Latch(0)\n",
    "Barrier": "let b = Barrier(1)\n",
    "Atomic": "let hits = Atomic(0)\n",
    "Local": "let here = Local()\n",
    "Once": "let once = Once()\n",
    "Pool": "let pool = Pool(2)\n",
    "ProcessPool": "let pool = ProcessPool(2)\n",
    "Handle": "let t = thread f(1)\nlet p = spawn f(1)\n",
    "Thread": "let t = Thread(f, 1)\n",
    "Process": "let p = spawn f(1)\n",
    "Process.start": "let t = Process(f, 1)\n",
    "Process.kill": "",
    "Process.exitcode": "",
    "Process.run": "",
    "Thread.run": "",
    "file": 'let f = open("notes.txt")\n',
    "file.write": 'let f = open("new.txt", "w")\n',
    "file.writelines": 'let f = open("new.txt", "w")\n',
}
# What else examples of a module's functions take from it.
MODULES = {"math": ["pi", "inf", "nan"], "time": ["gmtime", "localtime"]}
STATUSES = {"exit": 3}
ENTRY = re.compile(r"^#{3,4} `([^\n]*)`\n\n(.*?)(?=^#{2,4} |\Z)", re.M | re.S)
CHECKED = re.compile(r"^(\S.*?)\s+# (.+)$")
STATEMENT = re.compile(r"(let|const|if|for|while|print|try|with|lock|fn|class|throw|import|from|thread|group)\b")


def entries(markdown):
    """(head, name, text, example) of each entry."""
    for found in ENTRY.finditer(markdown):
        text, _, code = found[2].partition("```conc\n")
        yield found[1], re.split(r"[ (]", found[1])[0], text.strip(), code.partition("```")[0]


def instrument(code):
    """The example with marks around what each checked line prints; and what that has to be."""
    lines, wanted = [], []
    for line in code.splitlines():
        found = CHECKED.match(line)
        if not found:
            lines.append(line)
            continue
        inner = found[1] if STATEMENT.match(found[1]) else "print(repr(%s))" % found[1]
        lines += ['print("<@%d@")' % len(wanted), inner, 'print("@>")']
        wanted.append((found[1], found[2]))
    return "\n".join(lines) + "\n", wanted


def script_of(name, code):
    """The whole script: what the example uses without making it, and the example."""
    owner, point, member = name.partition(".")
    script = "" if "fn f(" in code or owner == "file" else FUNCTIONS
    if point and owner in ("math", "time"):
        used = [n for n in MODULES[owner] if n != member and re.search(r"\b%s\b" % n, code)]
        script += "from %s import %s\n" % (owner, ", ".join([member] + used))
    elif point:
        script += SETUPS.get(name, SETUPS.get(owner, ""))
    script += code
    return script


def run(conc, script):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "example.conc"), "w", encoding="utf-8") as f:
            f.write(script)
        with open(os.path.join(folder, "notes.txt"), "w", encoding="utf-8") as f:
            f.write("one\ntwo\n")
        done = subprocess.run([conc, "example.conc"], cwd=folder, input=b"Ada\n",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT,
                              env=dict(os.environ, NO_COLOR="1"))
    return (done.returncode, done.stdout.decode("utf-8", "backslashreplace"),
            done.stderr.decode("utf-8", "backslashreplace"))


def complaints(conc, markdown, chosen):
    """What is wrong with the entries."""
    seen = {}
    for head, name, text, code in entries(markdown):
        if chosen and name not in chosen:
            continue
        seen[head] = True
        if not text:
            yield head, "has no text"
        if not code:
            yield head, "has no example"
            continue
        code, wanted = instrument(code)
        script = script_of(name, code)
        try:
            status, out, err = run(conc, script)
        except subprocess.TimeoutExpired:
            yield head, "its example does not end"
            continue
        if status != STATUSES.get(name, 0):
            yield head, "its example ends with status %d\n%s" % (status, err)
            continue
        for number, (line, value) in enumerate(wanted):
            found = re.search(r"<@%d@\n(.*?)\n?@>" % number, out, re.S)
            if not found or found[1] != value:
                yield head, "%s gives %s, not %s" % (line, found and found[1], value)
    if not seen:
        yield "(nothing)", "no entry was looked at"


def keywords_without_doc(conc):
    """Keywords of the lexer that `conc doc` does not know."""
    with open(os.path.join(TOP, "grammar/lexer.re"), encoding="utf-8") as f:
        keywords = re.findall(r'^ +"([a-z]+)" +\{ TOKEN', f.read(), re.M)
    names = subprocess.run([conc, "doc", "--names"], stdout=subprocess.PIPE, check=True).stdout
    known = set(names.decode("utf-8").split("\n"))
    return [k for k in keywords or ["(none found)"] if k not in known]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--conc", default=os.path.join(TOP, "build/release/conc"))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    conc = os.path.abspath(options.conc)
    markdown = subprocess.run([conc, "doc", "--markdown"], stdout=subprocess.PIPE, check=True)
    markdown = markdown.stdout.decode("utf-8")
    with open(README, encoding="utf-8") as f:
        head, mark, old = f.read().partition(MARK)
    if options.write:
        with open(README, "w", encoding="utf-8") as f:
            f.write(head.rstrip("\n") + "\n\n" + MARK + markdown)
        return 0
    failed = False
    for entry, what in complaints(conc, markdown, options.names):
        failed = True
        print("%s: %s" % (entry, what))
    for keyword in keywords_without_doc(conc):
        failed = True
        print("the keyword %s is in no row of interp/native/topics.c" % keyword)
    if "## Others\n" in markdown:
        failed = True
        print("built-in names that are in no section of interp/cli/catalogue.c:")
        print(markdown.partition("## Others\n")[2].partition("\n## ")[0])
    if not options.names and (not mark or old != markdown):
        failed = True
        print("stdlib/README.md differs from what `conc doc` says: run ./bootstrap docs")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
