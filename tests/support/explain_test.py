#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the pages of `conc explain` (grammar/errors) to the language and to what conc does.

    tests/support/explain_test.py --conc build/release/conc
    tests/support/explain_test.py --conc build/release/conc --update    writes what is printed

Every class of errors has a page; its wrong program ends with that very error and prints what the page
shows; its right program ends well. A line "  ..." of what is shown stands for any number of lines.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = os.path.join(TOP, "grammar", "errors")
LONGEST_PAGE, LONGEST_SUMMARY, WIDEST_TEXT, LONGEST_SHOWN = 60, 66, 80, 22
PAGE = re.compile(r"# (?P<title>[^\n]+)\n\n(?P<summary>[^\n]+)\n\n(?P<text>.+?)\n"
                  r"\n## Wrong\n\n```conc\n(?P<wrong>.*?)```\n\n```text\n(?P<error>.*?)```\n"
                  r"\n## Right\n\n```conc\n(?P<right>.*?)```\n\n```text\n(?P<output>.*?)```\n", re.S)


def error_classes():
    """The classes of object/runtime.h, and the one that only the compiler gives."""
    with open(os.path.join(TOP, "interp/object/runtime.h"), encoding="utf-8") as f:
        listed = re.search(r"#define ERROR_CLASSES\(X\)(.*?)\ntypedef", f.read(), re.S)[1]
    return set(re.findall(r"X\((\w+), \w+\)", listed)) | {"SyntaxError"}


def run(conc, kind, program):
    """Status and output of a program, called `wrong.conc` or `right.conc`, without any input."""
    env = {name: value for name, value in os.environ.items() if name != "LANGUAGE"}
    env.update(LC_ALL="C.UTF-8", NO_COLOR="1")
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, kind + ".conc"), "w", encoding="utf-8") as f:
            f.write(program)
        done = subprocess.run([conc, kind + ".conc"], cwd=folder, env=env, timeout=60,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, encoding="utf-8")
    return done.returncode, done.stdout


def shows(shown, printed):
    pattern = "".join(".*" if line == "  ...\n" else re.escape(line)
                      for line in shown.splitlines(keepends=True))
    return re.fullmatch(pattern, printed, re.S) is not None


def check_form(name, page, text):
    title = page["title"].split(": ")
    if title[0] != name or (name[0].islower()) != (len(title) == 2):
        yield "the title should be the name, and for a mistake the class of its error"
    if len(page["summary"]) > LONGEST_SUMMARY:
        yield "the summary is longer than %d characters" % LONGEST_SUMMARY
    for line in page["text"].split("\n"):
        if len(line) > WIDEST_TEXT:
            yield "wider than %d: %s" % (WIDEST_TEXT, line)
    if text.count("\n") - 8 > LONGEST_PAGE:  # the fences are not shown
        yield "the page has more than %d lines" % LONGEST_PAGE


def check_programs(conc, name, page):
    error = page["title"].split(": ")[-1]
    status, printed = run(conc, "wrong", page["wrong"])
    if status == 0:
        yield "the wrong program ends well"
    kinds = re.findall(r"^error: (\w+)", printed, re.M)
    made = re.findall(r"class (\w+) extends %s\b" % error, page["wrong"])
    if len(kinds) != 1 or kinds[0] not in [error] + made:
        yield "the wrong program ends with %s" % (kinds or "no error")
    if not shows(page["error"], printed):
        yield "the wrong program prints:\n" + printed
    status, printed = run(conc, "right", page["right"])
    if status != 0:
        yield "the right program ends with status %d" % status
    if not shows(page["output"], printed):
        yield "the right program prints:\n" + printed


def check_shown(conc, name, page):
    """What the command prints has the page's parts, and no markup."""
    printed = subprocess.run([conc, "explain", name], env=dict(os.environ, LC_ALL="C"),
                             stdout=subprocess.PIPE, encoding="utf-8").stdout
    indented = "".join("    " + line if line.strip() else line
                       for line in page["wrong"].splitlines(True))
    for part in (page["title"] + "\n\n" + page["summary"], page["text"], indented):
        if part not in printed:
            yield "`conc explain %s` does not show:\n%s" % (name, part)
    if re.search(r"^(#|\s*```)", re.sub(r"^    .*", "", printed, flags=re.M), re.M):
        yield "`conc explain %s` shows markup" % name


def update(conc, path, page, text):
    for kind, shown in (("wrong", "error"), ("right", "output")):
        printed = run(conc, kind, page[kind])[1]
        if shows(page[shown], printed):
            continue
        lines = printed.splitlines(True)
        if len(lines) > LONGEST_SHOWN:
            lines[8:-2] = ["  ...\n"]
        start = text.index("```text\n", text.index("## " + kind.capitalize())) + len("```text\n")
        text = text[:start] + "".join(lines) + text[text.index("```\n", start):]
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def check_list(conc, names):
    listed = subprocess.run([conc, "explain"], env=dict(os.environ, LC_ALL="C"),
                            stdout=subprocess.PIPE, encoding="utf-8").stdout
    found = re.findall(r"^    ([\w-]+) +\S", listed, re.M)
    if sorted(found) != sorted(names):
        yield "`conc explain` lists %s" % sorted(set(found) ^ set(names))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--conc", required=True)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    conc = os.path.abspath(options.conc)
    names = sorted(f[:-3] for f in os.listdir(PAGES) if f != "README.md")
    complaints = ["%s: a page is missing" % name for name in sorted(error_classes() - set(names))]
    complaints += ["%s: there is no such class" % name for name in names
                   if name[0].isupper() and name not in error_classes()]
    for name in names:
        path = os.path.join(PAGES, name + ".md")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        page = PAGE.fullmatch(text)
        if not page:
            complaints.append("%s: not the form that grammar/errors/README.md describes" % name)
            continue
        if options.update:
            update(conc, path, page, text)
            continue
        for check in (check_form(name, page, text), check_programs(conc, name, page),
                      check_shown(conc, name, page)):
            complaints += ["%s: %s" % (name, complaint) for complaint in check]
    complaints += check_list(conc, names)
    print("\n".join(complaints) or "%d pages: ok" % len(names))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
