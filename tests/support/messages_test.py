#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests messages.py, and the program that compiles catalogues, on catalogues that are wrong.

    tests/support/messages_test.py --catalogue build/release/catalogue
"""
import argparse
import os
import subprocess
import sys
import tempfile

import messages

# What is wrong, the entry, a word of the program's complaint; None: nothing is wrong.
CASES = [
    ("as it should be", ("%s has %d", "%s 有 %d"), None),
    ("positions", ("%s has %d", "%2$d 属于 %1$s"), None),
    ("a star", ("%.*s of %s", "%3$s 的 %2$.*1$s"), None),
    ("a percent sign", ("%%c wants %s", "%%c 要 %s"), None),
    ("empty", ("%s has %d", ""), "not translated"),
    ("a conversion less", ("%s has %d", "%s 有"), "other arguments"),
    ("a conversion more", ("has %d", "有 %d %s"), "other arguments"),
    ("another order", ("%s has %d", "%d 属于 %s"), "other arguments"),
    ("another size", ("%zu bytes", "%u 字节"), "other arguments"),
    ("one position twice", ("%s of %s", "%1$s 的 %1$s"), "other arguments"),
    ("a star without its number", ("%.*s", "%s"), "other arguments"),
    ("an unknown escape", ("a bell", "\\a"), "unknown escape"),
]


def write(path, entries, raw=False):
    with open(path, "w", encoding="utf-8") as f:
        f.write('msgid ""\nmsgstr ""\n"Language: zh\\n"\n')
        for message, text in entries:
            quoted = '"%s"' % text if raw else messages.quoted(text)
            f.write("\nmsgid %s\nmsgstr %s\n" % (messages.quoted(message), quoted))


def compile_catalogue(program, path):
    done = subprocess.run([program, "zh", path, path + ".c"], stderr=subprocess.PIPE, text=True)
    return done.returncode, done.stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--catalogue", required=True)
    program = parser.parse_args().catalogue
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "zh.po")
        for name, entry, complaint in CASES:
            write(path, [entry], raw=name == "an unknown escape")
            status, error = compile_catalogue(program, path)
            if (status != 0) != bool(complaint) or (complaint or "") not in error:
                wrong.append("%s: the build's program says: %d %r" % (name, status, error))
            found = list(messages.check(path, {entry[0]: ["x.c"]}))
            if bool(found) != bool(complaint) and name != "an unknown escape":
                wrong.append("%s: messages.py says: %r" % (name, found))
        write(path, [("one", "一"), ("two", "二"), ("one", "壹")])
        if "translated twice" not in compile_catalogue(program, path)[1]:
            wrong.append("a message that is translated twice is not refused")
        if not any("twice" in c for c in messages.check(path, {"one": ["x.c"], "two": ["x.c"]})):
            wrong.append("messages.py does not see what is translated twice")
        if not any("any more" in c for c in messages.check(path, {"one": ["x.c"]})):
            wrong.append("messages.py does not see what is left over")
        if not any("not translated: 'three'" in c for c in messages.check(path, {"three": ["x.c"]})):
            wrong.append("messages.py does not see what is missing")
    print("\n".join(wrong) or "ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
