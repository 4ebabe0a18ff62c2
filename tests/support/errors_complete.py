#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the programs of tests/errors to be complete: every message that the compiler and the runtime can
raise stands in the expected output of some program of tests/errors or some golden script.

    tests/support/errors_complete.py [--list]

A message is the text literal in a call of one of RAISERS; its printf directives stand for any text.
"""
import argparse
import glob
import os
import re
import sys

import golden

# Who raises, and which of its arguments is the message; what goes on to another raiser is listed too.
RAISERS = {
    "throw_error": 2, "throw_type": 1, "throw_value": 1, "throw_index": 1, "throw_runtime": 1,
    "diagnostic_add": 4, "syntax_error": 3, "emit_limit": 1, "refuse": 2, "fail": 1, "take_count": 4,
    "zero_division": 1, "throw_held": 2, "throw_mode": 1,
}
# What no script of a test can bring about, and why.
BEYOND = {
    "it has too many instructions": "takes more text than a source may have",
    "a jump in it is too far": "takes more text than a source may have",
    "a block in it is too long": "takes more text than a source may have",
    "Exceeds the limit (%d digits) for integer string conversion": "takes 100 million digits",
    "Missing ']' in format string": "a field that has no `]` has no `}` either",
    "can't start new thread": "the system has to be out of threads",
    "background() needs a process": "only the toolkit calls it",
    "the channel is in use": "two threads have to race on a worker of a ProcessPool",
    "what a worker sent is no message": "a child has to write into the pool's pipe itself",
    "the value of a shared Atomic is damaged": "somebody has to write into the shared memory",
    "an item of a shared queue is damaged": "somebody has to write into the shared memory",
    "too many wait for the queue": "takes thousands of processes",
    "too many wait for the lock": "takes thousands of processes",
    "ended by force, as the script has ended": "no block of a script sees it",
}
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
DIRECTIVE = re.compile(r"%(?:%|[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|z|j|t)?[a-zA-Z])")


def without_comments(text):
    """C text with its comments blanked; literals stay as they are."""
    pattern = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|//[^\n]*|/\*.*?\*/', re.S)
    return pattern.sub(lambda m: " " if m[0].startswith("/") else m[0], text)


def arguments_at(text, start):
    """The arguments of a call, as texts; `start` is behind its parenthesis."""
    arguments, depth, begin, i = [], 0, start, start
    while i < len(text):
        literal = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'').match(text, i)
        if literal:
            i = literal.end()
            continue
        c = text[i]
        if c in "([{":
            depth += 1
        elif c in ")]}" and depth == 0:
            return arguments + [text[begin:i]]
        elif c in ")]}":
            depth -= 1
        elif c == "," and depth == 0:
            arguments.append(text[begin:i])
            begin = i + 1
        i += 1
    return arguments


def literals(argument):
    """The texts that an argument may be: neighbours are one text, those of a choice are several."""
    found, end = [], None
    for m in LITERAL.finditer(argument):
        text = m[1].replace('\\"', '"').replace("\\\\", "\\").replace("\\?", "?").replace("\\n", "\n")
        between = argument[end:m.start()] if found else "?"
        if re.fullmatch(r"\s*(PRI\w+\s*)?", between):
            found[-1] += ("%" if found[-1].endswith("%") else "") + text
        else:
            found.append(text)
        end = m.end()
    return found


def messages():
    """(place, text) of every message in the sources."""
    found = []
    call = re.compile(r"\b(%s)\(" % "|".join(RAISERS))
    paths = glob.glob(os.path.join(golden.TOP, "interp", "*", "*.c"))
    for path in sorted(paths):
        with open(path, encoding="utf-8") as f:
            text = without_comments(f.read())
        for m in call.finditer(text):
            arguments = arguments_at(text, m.end())
            if len(arguments) <= RAISERS[m[1]]:
                continue
            line = text.count("\n", 0, m.start()) + 1
            place = "%s:%d" % (os.path.relpath(path, golden.TOP), line)
            found += [(place, t) for t in literals(arguments[RAISERS[m[1]]])]
    return found


def parts_of(message):
    """The fixed parts of a message's first line, between its directives."""
    line = DIRECTIVE.sub(lambda m: "%" if m[0] == "%%" else "\0", message.split("\n")[0])
    return line.split("\0")


def is_shown(message, lines):
    parts = parts_of(message)
    longest = max(parts, key=len)
    pattern = re.compile(".*".join(re.escape(part) for part in parts))
    return any(longest in line and pattern.search(line) for line in lines)


def says_something(message):
    return re.search(r"[a-z]{3}", DIRECTIVE.sub("", message)) is not None


def shown():
    """All that programs and golden scripts are expected to print: its lines."""
    lines = []
    for path in glob.glob(os.path.join(golden.TOP, "tests/errors/**/*.expected"), recursive=True):
        with open(path, encoding="utf-8") as f:
            lines += f.read().split("\n")
    for path in glob.glob(os.path.join(golden.TOP, "tests/golden/**/*.conc"), recursive=True):
        with open(path, encoding="utf-8", errors="replace") as f:
            lines += re.findall(r"#\s*expect[a-z-]*: (.*)", f.read())
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="all messages, and where they are raised")
    options = parser.parse_args()
    everything = messages()
    if options.list:
        for place, text in everything:
            print("%s: %s" % (place, text))
        return 0
    lines = shown()
    seen = {m: is_shown(m, lines) for _, m in everything}
    missing = [(place, m) for place, m in everything
               if says_something(m) and not seen[m] and m not in BEYOND]
    for place, m in missing:
        print("%s: %s\n  (A program of tests/errors has to show it.)" % (place, m))
    stale = [m for m in BEYOND if seen.get(m, True)]
    for m in stale:
        print("%s\n  (It is shown, or raised no more: strike it out of BEYOND.)" % m)
    print("%d messages, %d missing" % (len(everything), len(missing)))
    return 1 if missing or stale else 0


if __name__ == "__main__":
    sys.exit(main())
