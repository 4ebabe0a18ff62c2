#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the Debian package, installs it into an empty folder, and runs scripts with nothing else there.

    tests/support/package_test.py [--build build/package]

The folder holds the package's files and the libraries that it depends on. A root's test runs in a chroot; where
that is not allowed, the programs are run by their path. Needs neither the network nor dpkg's database of what
is installed to be changed: the folder has one of its own.
"""
import argparse
import glob
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIPPED = 77
LIMIT = 300  # seconds for one command
WANTED = ["usr/bin/conc", "usr/share/man/man1/conc.1.gz", "usr/share/doc/conc/copyright",
          "usr/share/doc/conc/README.md", "usr/share/doc/conc/changelog.gz",
          "usr/share/doc/conc/scripts/seed/account.conc", "usr/share/pkgconfig/conc.pc",
          "usr/share/bash-completion/completions/conc", "usr/share/zsh/vendor-completions/_conc",
          "usr/share/fish/vendor_completions.d/conc.fish"]
FIELDS = {"Package": "conc", "Section": "interpreters", "Priority": "optional"}
# What only whoever gives the package away can set.
LINTIAN_ALLOWED = re.compile(r"bogus-mail-host|^W: conc: .*|running with root privileges")
SCRIPT = """#!/usr/bin/env conc
let p = spawn { return args[0] }
let t = thread { sleep(0.01); return 2 }
print(p.join(), t.join(), await (async sleep(0)))
"""


def output(*command, **more):
    """Standard output of a command that has to succeed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=LIMIT, **more)
    if done.returncode != 0:
        raise SystemExit("%s: status %d\n%s%s" % (" ".join(command), done.returncode, done.stdout,
                                                  done.stderr))
    return done.stdout


def make_package(build, folder):
    output("cmake", "--preset", "package", "-B", build, cwd=TOP)
    output("cmake", "--build", build, "-j", str(os.cpu_count()), "--target", "conc", cwd=TOP)
    output("cpack", "--config", os.path.join(build, "CPackConfig.cmake"), "-B", folder, cwd=folder)
    return glob.glob(os.path.join(folder, "conc_*.deb"))[0]


def install(package, root):
    """dpkg installs it into the empty root; what it depends on is not there, and no script of it runs."""
    if os.getuid() != 0:
        output("dpkg-deb", "--extract", package, root)
        return
    database = os.path.join(root, "var/lib/dpkg")
    for folder in ("info", "updates", "triggers"):
        os.makedirs(os.path.join(database, folder))
    for name in ("status", "available"):
        with open(os.path.join(database, name), "w", encoding="utf-8"):
            pass
    output("dpkg", "--root=" + root, "--log=/dev/null", "--force-depends", "--install", package)
    state = output("dpkg-query", "--admindir=" + database, "-W", "-f", "${db:Status-Status}", "conc")
    if state not in ("installed", "unpacked"):
        raise SystemExit("dpkg has it as " + state)
    shutil.rmtree(os.path.join(root, "var"))


def tree(root):
    """Paths in a folder, from there, of all files and folders."""
    for folder, folders, names in os.walk(root):
        for name in folders + names:
            yield os.path.relpath(os.path.join(folder, name), root)


def content(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as f:
        return f.read()


# ---- Checks: each yields complaints ----------------------------------------------------------------

def check_fields(package, version):
    for name, value in dict(FIELDS, Version=version).items():
        found = output("dpkg-deb", "--field", package, name).strip()
        if found != value:
            yield "field %s is %s, not %s" % (name, found, value)
    architecture = output("dpkg", "--print-architecture").strip()
    if os.path.basename(package) != "conc_%s_%s.deb" % (version, architecture):
        yield "the package's name is " + os.path.basename(package)


def check_depends(package):
    """All that it depends on are packages, and the libraries are among them."""
    depends = output("dpkg-deb", "--field", package, "Depends")
    names = [re.split(r"[ (]", d)[0] for d in re.split(r"[,|]\s*", depends.strip())]
    for name in names:
        known = subprocess.run(["dpkg-query", "-W", name], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        if known.returncode != 0:
            yield "it depends on %s, which is no package here" % name
    for library in ("libc6", "libuv1", "libgmp10"):
        if library not in names:
            yield "it does not depend on " + library


def check_files(package, root):
    for path in WANTED:
        if not os.path.isfile(os.path.join(root, path)):
            yield path + " is missing"
    for line in output("dpkg-deb", "--contents", package).splitlines():
        mode, owner = line.split()[:2]
        path = line.split(None, 5)[5]
        right = {"d": "drwxr-xr-x", "-": "-rwxr-xr-x" if "/bin/" in path else "-rw-r--r--"}.get(mode[0])
        if mode != right or owner != "root/root":
            yield "%s: %s %s" % (path, mode, owner)


def check_same_as_install(build, root, scratch):
    """`cmake --install` puts the same there; what Debian wants besides apart."""
    output("cmake", "--install", build, "--prefix", "/usr", env=dict(os.environ, DESTDIR=scratch))
    plain = {re.sub(r"\.gz$", "", p): p for p in tree(root)}
    plain.pop("usr/share/doc/conc/changelog", None)
    installed = set(tree(scratch))
    for path in sorted(installed ^ set(plain)):
        yield "%s is only %s" % (path, "installed" if path in installed else "in the package")
    for path in sorted(installed & set(plain)):
        one, other = os.path.join(scratch, path), os.path.join(root, plain[path])
        stripped = path == "usr/bin/conc"
        if os.path.isfile(one) and not stripped and content(one) != content(other):
            yield path + " differs from what is installed"


def check_pkg_config(root, version):
    pkg_config = ["pkg-config", "--define-variable=x=y", "conc"]
    env = dict(os.environ, PKG_CONFIG_LIBDIR=os.path.join(root, "usr/share/pkgconfig"))
    if output(*pkg_config, "--modversion", env=env).strip() != version:
        yield "conc.pc has another version"
    for variable in ("conc", "examples", "docdir"):
        path = output(*pkg_config, "--variable=" + variable, env=env).strip()
        if not os.path.exists(path):
            yield "conc.pc: %s is %s, which is not there" % (variable, path)


def check_lintian(package):
    if shutil.which("lintian"):
        done = subprocess.run(["lintian", package], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=LIMIT)
        for line in done.stdout.splitlines():
            if not LINTIAN_ALLOWED.search(line):
                yield "lintian: " + line


# ---- An empty root ---------------------------------------------------------------------------------

def copy_with_libraries(program, root, to):
    """The program at path `to` of the root, and the libraries that the loader wants for it."""
    os.makedirs(os.path.dirname(os.path.join(root, to)), exist_ok=True)
    if not os.path.exists(os.path.join(root, to)):
        shutil.copy(program, os.path.join(root, to))
    for library in re.findall(r"(/\S+) \(0x", output("ldd", program)):
        place = os.path.join(root, library.lstrip("/"))
        os.makedirs(os.path.dirname(place), exist_ok=True)
        shutil.copy(library, place)


def may_chroot(root):
    if os.getuid() != 0:
        return False
    tried = subprocess.run(["chroot", root, "/usr/bin/conc", "--version"], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
    return "cannot change root directory" not in tried.stderr


def check_runs(root, version):
    copy_with_libraries(os.path.join(root, "usr/bin/conc"), root, "usr/bin/conc")
    copy_with_libraries("/usr/bin/env", root, "usr/bin/env")
    script = os.path.join(root, "hello")
    with open(script, "w", encoding="utf-8") as f:
        f.write(SCRIPT)
    os.chmod(script, 0o755)
    seed = "usr/share/doc/conc/scripts/seed/account.conc"
    if may_chroot(root):
        begin, top, env = ["chroot", root], "", {"PATH": "/usr/bin"}
    else:
        print("(no chroot here: run by path)")
        begin, top, env = [], root, {"PATH": os.path.join(root, "usr/bin")}
        env["LD_LIBRARY_PATH"] = os.path.dirname(glob.glob(root + "/lib/*/libuv.so.1")[0])
    command = shutil.which("chroot") or "chroot"
    begin = [command] + begin[1:] if begin else []
    for words, wanted in ((["/usr/bin/conc", "--version"], "conc %s\n" % version),
                          (["/hello", "一"], "一 2 nil\n"),
                          (["/usr/bin/conc", "-p", "2 ** 100"], "1267650600228229401496703205376\n"),
                          (["/usr/bin/conc", "doc", "math.e"], None),
                          (["/usr/bin/conc", "/" + seed], None)):
        words = [top + w if w.startswith("/") else w for w in words]
        done = subprocess.run(begin + words, env=env, stdin=subprocess.DEVNULL, timeout=LIMIT,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0 or not done.stdout or wanted not in (None, done.stdout):
            yield "%s: status %d, printed %r" % (" ".join(words), done.returncode, done.stdout)


def complaints(build, folder):
    package = make_package(build, folder)
    version = output(os.path.join(build, "conc"), "--version").split()[1]
    root, scratch = os.path.join(folder, "root"), os.path.join(folder, "installed")
    install(package, root)
    yield from check_fields(package, version)
    yield from check_depends(package)
    yield from check_files(package, root)
    yield from check_same_as_install(build, root, scratch)
    yield from check_pkg_config(root, version)
    yield from check_lintian(package)
    yield from check_runs(root, version)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(TOP, "build/package"))
    options = parser.parse_args()
    for tool in ("cpack", "dpkg-deb", "dpkg-shlibdeps", "file", "pkg-config"):
        if not shutil.which(tool):
            print("%s is not installed" % tool)
            return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        found = list(complaints(os.path.abspath(options.build), folder))
    for complaint in found:
        print(complaint)
    print("package: %s" % ("%d complaints" % len(found) if found else "ok"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
