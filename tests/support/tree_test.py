#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the tree to its own rules.

    tests/support/tree_test.py [CHECK...]      (default: all)

Each check is a function check_NAME below, whose first line says what it wants; it yields the
complaints.
"""
import os
import re
import shutil
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
SKIPPED_FOLDERS = {"build", ".git", "__pycache__"}


def files(*endings, under=""):
    """Paths from the top of all files with one of the endings."""
    for folder, folders, names in os.walk(os.path.join(TOP, under)):
        folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS)
        for name in sorted(names):
            if name.endswith(endings) and name not in SKIPPED_FOLDERS:  # .git of a worktree is a file
                yield os.path.relpath(os.path.join(folder, name), TOP)


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def layers():
    """interp/LAYERS as {folder: [folders below that it may include]}, lowest first."""
    found = {}
    for line in read("interp/LAYERS").splitlines():
        line = line.split("#")[0].strip()
        if line:
            folder, _, below = line.partition(":")
            found[folder] = below.split()
    return found


def check_layers():
    """A folder of interp/ includes only itself and what interp/LAYERS grants it."""
    allowed = layers()
    order = list(allowed)
    for folder, below in allowed.items():
        for lower in below:
            if lower not in order[:order.index(folder)]:
                yield "interp/LAYERS: %s may not include %s, which is not below it" % (folder, lower)
    for folder in sorted(os.listdir(os.path.join(TOP, "interp"))):
        if os.path.isdir(os.path.join(TOP, "interp", folder)) and folder not in allowed:
            yield "interp/%s is not in interp/LAYERS" % folder
    for path in files(".c", ".h", ".def", ".re", ".y"):
        top, _, rest = path.partition("/")
        if top not in ("interp", "grammar"):
            continue
        folder = "syntax" if top == "grammar" else rest.split("/")[0]
        for target in INCLUDE.findall(read(path)):
            lower, slash, _ = target.partition("/")
            if not slash:
                if target not in ("grammar.h", "lexer.h"):  # generated beside each other
                    yield '%s: #include "%s" should name its folder' % (path, target)
            elif lower != folder and lower not in allowed.get(folder, []):
                yield "%s: %s may not include %s" % (path, folder, target)


def check_cycles():
    """No header includes itself, by whatever way."""
    graph = {}
    for path in files(".h", ".def", under="interp"):
        graph[path[len("interp/"):]] = INCLUDE.findall(read(path))
    done = set()

    def walk(header, way):
        if header in way:
            yield "headers in a circle: " + " -> ".join(way[way.index(header):] + [header])
        elif header not in done:
            for target in graph.get(header, []):
                yield from walk(target, way + [header])
            done.add(header)

    for header in graph:
        yield from walk(header, [])


def check_globals():
    """Files of interp/ have no variables but constants: all state hangs on a Vm (handlers apart)."""
    variable = re.compile(r"^(?:static )?(?:_Atomic\([^)]*\)|[A-Za-z_]\w*)(?: \w+)*[ *]+"  # type
                          r"\w+(?:\[.*?\])*(?: = .*|;|, .*;)$")                       # name
    harmless = re.compile(r"^(typedef|return|extern|enum) |^[^=]*\b(const|_Thread_local)\b")
    for path in files(".c", under="interp"):
        if path in ("interp/process/signals.c", "interp/process/handlers.c"):
            continue  # a signal's handler gets no argument of ours
        for number, line in enumerate(read(path).split("\n"), 1):
            if variable.match(line) and not harmless.match(line):
                yield "%s:%d: %s" % (path, number, line)


def check_headers():
    """C files start with the SPDX line and a chapter comment; headers have their guard."""
    for path in files(".c", ".h", ".def"):
        if path.startswith("tests/bench/"):
            continue
        lines = read(path).splitlines()
        if not lines or lines[0] != "// SPDX-License-Identifier: MIT":
            yield path + ": the first line is not the SPDX line"
        elif len(lines) < 3 or lines[1] != "//" or not lines[2].startswith("// "):
            yield path + ": no comment below the SPDX line says what the file does"
        if path.endswith(".h") and path.startswith("interp/"):
            guard = "CONC_" + re.sub(r"\W", "_", path[len("interp/"):]).upper()
            if "#ifndef %s\n#define %s\n" % (guard, guard) not in read(path):
                yield "%s: the include guard should be %s" % (path, guard)
    for path in files(".py", ".re", ".y"):
        if "SPDX-License-Identifier: MIT" not in "".join(read(path).splitlines()[:2]):
            yield path + ": the SPDX line is missing"


def check_readmes():
    """Each folder has a README.md, which names its C files, or features; data have the one above."""
    covered = re.compile(r"^(tests/golden/.+|tests/errors/.+|tests/bench/.+|tests/fuzz/.+|\.ci)$")
    folders = {os.path.dirname(path) for path in files("")}
    for folder in sorted(folders | {os.path.dirname(f) for f in folders}):
        if not covered.match(folder) and not os.path.exists(os.path.join(TOP, folder, "README.md")):
            yield (folder or "the top") + " has no README.md"
    features = re.findall(r"`(\w+)`", read("tests/golden/README.md"))
    for folder in sorted(os.listdir(os.path.join(TOP, "tests/golden"))):
        if folder not in features + ["README.md"]:
            yield "tests/golden/README.md does not name " + folder
    for path in files(".c", ".h", ".def"):
        folder, name = os.path.split(path)
        if not folder.startswith(("interp/", "tests/unit")):
            continue
        # `build_*` stands for many, `park.h` for park.c as well.
        named = re.findall(r"`([\w*]+)(?:\.(?:c|h|def))?`", read(folder + "/README.md"))
        stem = os.path.splitext(name)[0]
        if not any(stem == n or n.endswith("*") and stem.startswith(n[:-1]) for n in named):
            yield "%s/README.md does not name %s" % (folder, name)


def check_marks():
    """Nothing is left for later, and text files are tidy."""
    left = re.compile(r"\b(%s)\b" % "|".join(["TO" "DO", "FIX" "ME", "X" "XX", "HA" "CK"]))
    source = (".c", ".h", ".def", ".re", ".y", ".conc", ".py", ".md", ".txt", ".cmake", ".json")
    for path in files(*source):
        with open(os.path.join(TOP, path), "rb") as f:
            text = f.read()
        if path.startswith("tests/golden/") or path.startswith("tests/fuzz/"):
            continue  # bad input on purpose
        for number, line in enumerate(text.decode("utf-8", "replace").split("\n"), 1):
            if left.search(line):
                yield "%s:%d: %s" % (path, number, line.strip())
            if line != line.rstrip() or "\t" in line:
                yield "%s:%d: a tab, or space at the end of the line" % (path, number)
        if text and not text.endswith(b"\n"):
            yield path + ": no newline at the end"


def check_paths():
    """No path of one person's machine."""
    private = re.compile(r"(?:^|[^\w.~/}-])/(?:home|root|work|Users)/\w")
    for path in files(""):
        for number, line in enumerate(read(path).split("\n"), 1):
            if private.search(line):
                yield "%s:%d: %s" % (path, number, line.strip()[:100])


def check_format():
    """clang-format has nothing to change."""
    if not shutil.which("clang-format"):
        yield "clang-format is not installed"
        return
    paths = list(files(".c", ".h", under="interp")) + list(files(".c", ".h", under="tests"))
    for start in range(0, len(paths), 50):
        done = subprocess.run(["clang-format", "--dry-run"] + paths[start:start + 50], cwd=TOP,
                              stderr=subprocess.PIPE, text=True)
        for line in done.stderr.splitlines():
            if "warning:" in line:
                yield line.replace(": warning: code should be clang-formatted "
                                   "[-Wclang-format-violations]", ": not formatted")


def main():
    checks = {name[len("check_"):]: f for name, f in globals().items() if name.startswith("check_")}
    failed = False
    for name in sys.argv[1:] or checks:
        complaints = list(dict.fromkeys(checks[name]()))
        failed = failed or bool(complaints)
        print("%s: %s" % (name, "%d complaints" % len(complaints) if complaints else "ok"))
        for complaint in complaints:
            print("  " + complaint)
        if complaints:
            print("  (%s)" % checks[name].__doc__)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
