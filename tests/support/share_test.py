#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the manual page and the completions of interp/cli/share to the command.

    tests/support/share_test.py [--conc build/release/conc]

Every command and option that `conc --help` lists is in all of them. The manual page is clean by mandoc's rules.
bash's completion is asked for words; zsh's and fish's too, where those shells are installed.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARE = os.path.join(TOP, "interp/cli/share")
LIMIT = 60  # seconds for one command

# A line, whose last word is to be completed; and some words that have to be offered, and some that must not be.
COMPLETIONS = [
    ("conc d", ["doc"], ["fmt", "b.txt"]),
    ("conc ", ["run", "fmt", "doc", "a.conc", "folder"], ["b.txt"]),
    ("conc --t", ["--timeout"], ["--help"]),
    ("conc -", ["-c", "-e", "-p", "--version"], ["-w", "--check"]),
    ("conc -c ", ["a.conc"], ["run", "b.txt"]),
    ("conc --timeout 5 a", ["a.conc"], ["b.txt"]),
    ("conc fmt --", ["--check"], ["--timeout"]),
    ("conc fmt -w a", ["a.conc"], ["b.txt"]),
    ("conc doc queue.g", ["queue.get", "queue.get_nowait"], ["queue.put"]),
    ("conc doc sel", ["select"], ["spawn"]),
    ("conc run a", ["a.conc"], ["b.txt"]),
    ("conc te", ["test"], ["doc"]),
    ("conc test --j", ["--jobs", "--junit"], ["--check"]),
    ("conc test --tap a", ["a.conc"], ["b.txt"]),
]


def run(*command, **more):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=LIMIT, **more)


def read(name):
    with open(os.path.join(SHARE, name), encoding="utf-8") as f:
        return f.read()


def words_of(conc):
    """The commands and options that the help text lists."""
    text = run(conc, "--help").stdout
    commands = set(re.findall(r"\bconc ([a-z]+)\b", text))
    return commands, set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", text))


def has_option(name, text, option):
    bare = option.lstrip("-")
    if name == "conc.1":
        return re.search(r"^\.(It|Op|Nm|Oo|Cm|Fl)?.*\bFl %s%s\b" %
                         ("Fl " if option.startswith("--") else "", re.escape(bare)), text, re.M)
    if name == "conc.fish":
        return re.search(r" -%s %s( |$)" % ("l" if option.startswith("--") else "s", re.escape(bare)),
                         text, re.M)
    return re.search(r"(?<![\w-])%s(?![\w-])" % re.escape(option), text)


def check_words(conc):
    commands, options = words_of(conc)
    if not {"run", "fmt", "doc"} <= commands or not {"-e", "--timeout", "--check"} <= options:
        yield "conc --help is not understood: %s %s" % (commands, options)
    for name in ("conc.1", "conc.bash", "_conc", "conc.fish"):
        text = re.sub(r"^(#|\.\\\").*$", "", read(name), flags=re.M)
        for command in sorted(commands):
            if not re.search(r"(?<![\w.-])%s(?![\w.-])" % command, text):
                yield "%s lacks the command %s" % (name, command)
        for option in sorted(options):
            if not has_option(name, text, option):
                yield "%s lacks the option %s" % (name, option)


def check_manual():
    page = os.path.join(SHARE, "conc.1")
    if shutil.which("mandoc"):
        done = run("mandoc", "-T", "lint", "-W", "warning", page)
        if done.stdout or done.returncode:
            yield "mandoc: " + done.stdout
    else:
        yield "mandoc is not installed"
    if shutil.which("groff"):
        done = run("groff", "-mdoc", "-ww", "-z", "-Tutf8", page)
        if done.stdout or done.returncode:
            yield "groff: " + done.stdout


# ---- Completions -----------------------------------------------------------------------------------

BASH = r"""
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_conc
printf '%s\n' "${COMPREPLY[@]}"
"""


def ask_bash(conc, line):
    words = [conc] + line.split(" ")[1:]
    return run("bash", "-c", BASH, "bash", os.path.join(SHARE, "conc.bash"), *words)


def ask_fish(conc, line):
    script = "source %s; complete -C '%s'" % (os.path.join(SHARE, "conc.fish"), line)
    path = os.path.dirname(conc) + ":" + os.environ["PATH"]
    return run("fish", "--no-config", "-c", script, env=dict(os.environ, PATH=path, HOME=os.getcwd()))


def offered(text):
    # fish has a description behind a tab.
    return {line.partition("\t")[0].rstrip("/") for line in text.splitlines()}


def check_completion(conc, shell, ask):
    for line, wanted, unwanted in COMPLETIONS:
        found = offered(ask(conc, line).stdout)
        for word in wanted:
            if word not in found:
                yield "%s does not offer %s for '%s': %s" % (shell, word, line, sorted(found))
        for word in unwanted:
            if word in found and not (shell == "fish" and word == "b.txt"):  # it offers others last
                yield "%s offers %s for '%s'" % (shell, word, line)


def check_syntax():
    for shell, name in (("bash", "conc.bash"), ("zsh", "_conc"), ("fish", "conc.fish")):
        if shutil.which(shell):
            done = run(shell, "-n", os.path.join(SHARE, name))
            if done.returncode or done.stdout:
                yield "%s -n %s: %s" % (shell, name, done.stdout)


def complaints(conc):
    yield from check_words(conc)
    yield from check_manual()
    yield from check_syntax()
    yield from check_completion(conc, "bash", ask_bash)
    if shutil.which("fish"):
        yield from check_completion(conc, "fish", ask_fish)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conc", default=os.path.join(TOP, "build/release/conc"))
    conc = os.path.abspath(parser.parse_args().conc)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.mkdir("folder")
        for name in ("a.conc", "b.txt"):
            with open(name, "w", encoding="utf-8"):
                pass
        found = list(complaints(conc))
        os.chdir(TOP)
    for complaint in found:
        print(complaint)
    print("share: %s" % ("%d complaints" % len(found) if found else "ok"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
