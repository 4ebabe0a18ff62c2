#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Links the command once more without any shared library, and runs scripts with nothing else there.

    tests/support/static_test.py [--build build/release]

In a folder that holds the command and the scripts alone; a root's test runs in a chroot.
"""
import argparse
import os
import shutil
import struct
import subprocess
import sys
import tempfile

from package_test import LIMIT, SKIPPED, TOP, may_chroot, output

SCRIPTS = ["account.conc", "process.conc", "thread_class.conc", "queue.conc", "async.conc", "mixed.conc"]
PT_DYNAMIC, PT_INTERP = 2, 3


def segment_types(path):
    """The types of the program's segments (a 64-bit ELF file of this machine)."""
    with open(path, "rb") as f:
        elf = f.read()
    offset, = struct.unpack_from("=Q", elf, 32)
    size, count = struct.unpack_from("=HH", elf, 54)
    return [struct.unpack_from("=I", elf, offset + i * size)[0] for i in range(count)]


def check_static(program):
    for kind, name in ((PT_DYNAMIC, "shared libraries"), (PT_INTERP, "a loader")):
        if kind in segment_types(program):
            yield "it wants " + name


def check_runs(program, root):
    os.makedirs(os.path.join(root, "usr/bin"))
    shutil.copy(program, os.path.join(root, "usr/bin/conc"))
    for name in SCRIPTS:
        shutil.copy(os.path.join(TOP, "scripts/seed", name), root)
    alone = may_chroot(root)
    begin = [shutil.which("chroot"), root, "/usr/bin/conc"] if alone else [program]
    for name in SCRIPTS:
        path = "/" + name if alone else os.path.join(root, name)
        done = subprocess.run(begin + [path], env={}, stdin=subprocess.DEVNULL, timeout=LIMIT,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0 or not done.stdout:
            yield "%s: status %d, printed %r" % (name, done.returncode, done.stdout)
    if not alone:
        print("(no chroot here: run by path)")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(TOP, "build/release"))
    build = os.path.abspath(parser.parse_args().build)
    if "conc-static: " not in output("cmake", "--build", build, "--target", "help"):
        print("the libraries are not there as archives")
        return SKIPPED
    output("cmake", "--build", build, "--target", "conc-static")
    program = os.path.join(build, "conc-static")
    with tempfile.TemporaryDirectory() as folder:
        found = list(check_static(program)) + list(check_runs(program, folder))
    for complaint in found:
        print(complaint)
    print("static: %s" % ("%d complaints" % len(found) if found else "ok"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
