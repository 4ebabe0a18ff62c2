#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the catalogues of translations to the messages of the source.

    tests/support/messages.py              complains of what is missing, left over or does not fit
    tests/support/messages.py --update     writes the catalogues again: new messages with an empty
                                           translation, those that are gone left out

Messages are found as gettext's xgettext finds them: by the calls that translate (KEYWORDS), and by
marks. Besides, whatever reads like prose in the source has to be a message, or be excused below.
"""
import errno
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CATALOGUES = ["grammar/messages/zh.po"]

# Which arguments of which calls are messages, counted from 0.
KEYWORDS = {
    "translate": [0], "MESSAGE": [0],
    "throw_error": [2], "throw_type": [1], "throw_value": [1], "throw_index": [1],
    "throw_runtime": [1], "throw_held": [2],
    "diagnostic_add": [3, 4], "diagnostic_cause": [2], "error_hint": [1], "hint_text": [1],
    "syntax_error": [2, 3], "emit_limit": [1],
    "problem": [1], "command_failed": [1], "repl_say": [1],
    "fail": [1], "throw_mode": [1, 2], "zero_division": [1], "refuse": [2], "process_error": [2],
}
# Functions of one name and two shapes.
KEYWORDS_OF = {
    "interp/object/format_percent.c": {"take_count": [2]},
    "interp/native/gate_methods.c": {"take_count": [4]},
    "interp/cli/test_run.c": {"say": [2]},
}
# Files whose strings are messages: all with a blank in them, and these words.
WHOLE = {
    "interp/syntax/complain.c": {"string", "name", "number"},
    "interp/syntax/suggest.c": set(),
    "interp/syntax/foreign.c": set(),
    "interp/syntax/build_target.c": {"literal", "comparison", "expression", "function"},
    "interp/syntax/literal.c": {"binary", "octal", "hexadecimal", "decimal"},
}
# What writes text as it stands: a message has to be translated before it.
WRITERS = {"snprintf", "__builtin_snprintf", "text_format", "text_string"}
# What the system says of files.
SYSTEM = [os.strerror(n) for n in (
    errno.ENOENT, errno.EACCES, errno.EPERM, errno.EISDIR, errno.ENOTDIR, errno.EEXIST,
    errno.ENOTEMPTY, errno.EINVAL, errno.ENOSPC, errno.EROFS, errno.EMFILE, errno.ELOOP,
    errno.ENAMETOOLONG, errno.EPIPE, errno.EIO, errno.EAGAIN, errno.ENOMEM, errno.ESRCH,
    errno.EBUSY, errno.EBADF)]

# Prose that is no message: for whoever works on conc; of help() and the documentation, which are English;
# and what programs read. Marks in these files count nevertheless.
NOT_SHOWN = re.compile(r"^interp/(code/(disassemble|verify)|syntax/ast_print|layout/\w+|heap/\w+"
                       r"|vm/help|cli/(catalogue|test_tap|test_junit))\.c$")
NOT_SHOWN_CALLS = {"os_fatal", "verify_fail", "_Static_assert", "ROW", "START_ROW", "INIT_ROW",
                   "NAME_ROWS", "X", "example"}
# Names in scripts, and Python's names of operators, which read like prose.
NO_PROSE = {"** or pow()", "not in", "is not", "map table", "conc: fatal: ", "conc: %s: %s\n",
            "conc %s\n", ":load ", ":save ", ":kill ", "from ", "import ", " import ", "<input %u>", "class %s\n", "class ", "<file '%s'>", "<function %s>", "<class %s>",
            "<module %s>", "',' or ", "let ", "const ", "for ", "fn ",
            "Extends `%s`.\n\n"}
PROSE = re.compile(r"[A-Za-z]{2,}[,:;]? (?:[a-z`'(%\"]|$)|^[,;:]? [a-z]{2,} ")

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|[A-Za-z_]\w*'
                   r'|\d[\w.]*|\\\n|\s+|.', re.S)
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "'": "'"}
CONVERSION = re.compile(r"%(?:%|(\d+\$)?[-+ #0]*(\*(?:\d+\$)?|\d+)?(?:\.(\*(?:\d+\$)?|\d+))?"
                        r"((?:hh|h|ll|l|z|j|t)?[a-zA-Z]))")


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        return f.read()


def unescape(text):
    return re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[0]), text)


# ---- Messages of the source ----------------------------------------------------------------------

def tokens(text):
    """(token, line) without blanks and comments."""
    line = 1
    for found in TOKEN.finditer(text):
        token = found[0]
        if not token.isspace() and not token.startswith(("//", "/*", "\\\n")):
            yield token, line
        line += token.count("\n")


def strings(path):
    """(line, [(call or bracket, argument)...] from outside in, text) of each string literal."""
    stack, previous, pending = [], "", None
    for token, line in tokens(read(path)):
        if token[0] == '"':
            text = unescape(token[1:-1])
            pending = (pending[0], pending[1], pending[2] + text) if pending else \
                (line, [tuple(level) for level in stack], text)
            continue
        if pending:
            yield pending
            pending = None
        if token in "([{":
            stack.append([previous if token == "(" else token, 0])
        elif token in ")]}":
            if stack:
                stack.pop()
        elif token == "," and stack:
            stack[-1][1] += 1
        previous = token


def is_message(path, stack, text):
    """True for what a call or a mark makes a message; a bare parenthesis does not end an argument."""
    calls = [level for level in stack if re.match(r"[A-Za-z_]", level[0])
             and level[0] not in ("if", "while", "for", "switch", "return", "sizeof")]
    if text in NO_PROSE:
        return False
    name, argument = calls[-1] if calls else ("", 0)
    if path in WHOLE and name not in WRITERS and (" " in text or text in WHOLE[path]) and len(text) > 2:
        return True
    own = KEYWORDS_OF.get(path, {}).get(name) or KEYWORDS.get(name, [])
    return argument in own


def worth_translating(text):
    return bool(re.search(r"[A-Za-z]{2}|^, $|^; $", CONVERSION.sub("", text)))


def source_files(folder, ending):
    for where, folders, names in os.walk(os.path.join(TOP, folder)):
        folders.sort()
        for name in sorted(names):
            if name.endswith(ending):
                yield os.path.relpath(os.path.join(where, name), TOP)


def find_messages():
    """{message: the files that it stands in}, and complaints of prose that is none."""
    messages, complaints = {}, []
    for text in SYSTEM:
        messages[text] = ["(the system)"]
    for path in sorted([*source_files("interp", ".c"), *source_files("interp", ".h")]):
        for line, stack, text in strings(path):
            outer = {name for name, _ in stack}
            if "MESSAGE_LINES" in outer:
                found = [part for part in text.split("\n") if worth_translating(part)]
            elif is_message(path, stack, text):
                found = [text] if worth_translating(text) else []
            else:
                found = []
                if is_prose(path, outer, text):
                    complaints.append("%s:%d: no message, though it reads like one: %r"
                                      % (path, line, text))
            for message in found:
                if path not in messages.setdefault(message, []):
                    messages[message].append(path)
    for path in source_files("stdlib", ".conc"):
        for start, text in re.findall(r'(throw \w+\(|_toolkit\.message\()"([^"]*)"', read(path)):
            if start == "_toolkit.message(":
                messages.setdefault(unescape(text), []).append(path)
            else:
                complaints.append("%s: %r is thrown without _toolkit.message()" % (path, text))
    return messages, complaints


def is_prose(path, outer, text):
    if NOT_SHOWN.match(path) or outer & NOT_SHOWN_CALLS or text in NO_PROSE:
        return False
    if path.startswith("interp/native/") and stack_is_table(outer):
        return False
    return bool(PROSE.search(text))


def stack_is_table(outer):
    """The rows of natives: names, parameters and what help() says."""
    return outer <= {"{", "NATIVE", ""}


# ---- Catalogues ----------------------------------------------------------------------------------

def read_catalogue(path):
    """{message: translation} and the complaints; the head is left out."""
    entries, complaints, current, into = {}, [], None, None
    for number, line in enumerate(read(path).split("\n"), 1):
        found = re.match(r'(?:(msgid|msgstr) )?"(.*)"$', line)
        if line.startswith("#,") and "fuzzy" in line:
            complaints.append("%s:%d: a fuzzy translation" % (path, number))
        if not found:
            continue
        if found[1] == "msgid":
            current = {"msgid": "", "msgstr": ""}
            into = "msgid"
        elif found[1] == "msgstr":
            into = "msgstr"
            if current["msgid"] in entries:
                complaints.append("%s:%d: twice: %r" % (path, number, current["msgid"]))
            entries[current["msgid"]] = ""
        current[into] += unescape(found[2])
        if into == "msgstr":
            entries[current["msgid"]] = current["msgstr"]
    entries.pop("", None)
    return entries, complaints


def arguments(text):
    """What the conversions of a format take, by the argument's number."""
    taken, following = {}, 0
    for found in CONVERSION.finditer(text):
        if found[0] == "%%":
            continue
        for star in (found[2], found[3]):
            if star and star.startswith("*"):
                position = star[1:-1]
                taken[int(position) - 1 if position else following] = "*"
                following += not position
        taken[int(found[1][:-1]) - 1 if found[1] else following] = found[4]
        following += not found[1]
    return taken


def ends(text):
    return (text[:1] == "\n", text[-1:] == "\n", text[:2] == "  ")


def check(path, messages):
    entries, complaints = read_catalogue(path)
    yield from complaints
    for message, places in messages.items():
        if not entries.get(message):
            yield "%s: not translated: %r (%s)" % (path, message, ", ".join(places))
    for message, text in entries.items():
        if message not in messages:
            yield "%s: no message of the source any more: %r" % (path, message)
        elif text and arguments(message) != arguments(text):
            yield "%s: other conversions: %r: %r" % (path, message, text)
        elif text and ends(message) != ends(text):
            yield "%s: other line breaks or blanks at its ends: %r: %r" % (path, message, text)


def quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return '"%s"' % escaped.replace("\n", "\\n")


def update(path, messages):
    entries = read_catalogue(path)[0]
    head = read(path).split("\n\n", 1)[0]
    with open(os.path.join(TOP, path), "w", encoding="utf-8") as f:
        f.write(head + "\n")
        for message, places in messages.items():
            f.write("\n#: %s\n" % " ".join(places))
            if "%" in message:
                f.write("#, c-format\n")
            f.write("msgid %s\nmsgstr %s\n" % (quoted(message), quoted(entries.get(message, ""))))


def main():
    messages, complaints = find_messages()
    if sys.argv[1:] == ["--update"]:
        for path in CATALOGUES:
            update(path, messages)
    for path in CATALOGUES:
        complaints += check(path, messages)
    for complaint in complaints:
        print(complaint)
    print("%d messages, %d complaints" % (len(messages), len(complaints)))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
