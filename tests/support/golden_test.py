#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the golden runner itself: it must fail where it should. A shell script plays conc."""
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import golden  # noqa: E402


class Golden(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def judge(self, comments, does, *options):
        """Runs a golden script with `comments` under a conc that does `does`: (passed, text)."""
        conc = self.write("conc", "#!/bin/sh\n" + does, 0o755)
        script = self.write("case.conc", comments)
        done = subprocess.run(
            [sys.executable, os.path.join(HERE, "golden.py"), "--conc", conc, "--preset", "release",
             *options, script], stdout=subprocess.PIPE, text=True)
        return done.returncode == 0, done.stdout

    def passes(self, comments, does, *options):
        passed, text = self.judge(comments, does, *options)
        self.assertTrue(passed, text)

    def fails(self, comments, does, why, *options):
        passed, text = self.judge(comments, does, *options)
        self.assertFalse(passed, text)
        self.assertIn(why, text)

    def test_lines_in_order(self):
        self.passes("x() # expect: a\n# expect: b  c\n# expect:\n", "printf 'a\\nb  c\\n\\n'")
        self.fails("# expect: a\n# expect: b\n", "printf 'b\\na\\n'", "standard output")
        self.fails("# expect: a\n", "printf 'a\\nb\\n'", "+b")
        self.fails("# expect: a\n# expect: b\n", "echo a", "-b")
        self.fails("# expect: a\n", "true", "-a")

    def test_lines_in_any_order(self):
        self.passes("# expect-any-order: a\n# expect-any-order: b\n", "printf 'b\\na\\n'")
        self.fails("# expect-any-order: a\n# expect-any-order: a\n", "echo a", "missing")
        self.fails("# expect-any-order: a\n", "printf 'a\\na\\n'", "+a")
        self.passes("# expect: end\n# expect-any-order: a\n", "printf 'a\\nend\\n'")

    def test_patterns(self):
        self.passes("# expect-match: [0-9]+ ms\n", "echo 12 ms")
        self.fails("# expect-match: [0-9]+ ms\n", "echo 12 ms.", "standard output")

    def test_errors_and_status(self):
        self.passes("# expect-error: bad\n# exit: 1\n", "echo 'very bad' >&2; exit 1")
        self.fails("# expect-error: bad\n# exit: 1\n", "echo good >&2; exit 1", "contains: bad")
        self.fails("# exit: 1\n", "exit 3", "status 3")
        self.fails("", "kill -SEGV $$", "SIGSEGV")
        self.fails("", "echo oops >&2", "should be empty")

    def test_hang(self):
        self.fails("# timeout: 0.3\n", "echo so far; sleep 30", "so far")

    def test_sanitizer_report(self):
        report = "f=${TSAN_OPTIONS#log_path=}; echo 'data race' > ${f%%:*}.1"
        self.fails("", report, "data race")
        for line in ("a.c:1:2: runtime error: shift", "conc: a.c:1: f: Assertion `x' failed."):
            comments = "# expect-error: x\n# exit: 1\n"
            self.fails(comments, 'echo "x\n%s" >&2; exit 1' % line.replace("`", "\\`"), "invariant")

    def test_input_and_arguments(self):
        self.passes("# stdin: one\n# stdin: two\n# expect: one\n# expect: two\n", "cat")
        self.passes("# options: --max-memory 64M\n# args: 'a b' c\n# expect: 5\n", "echo $#")
        self.passes("# mode: check-only\n# expect: -c\n", "echo $1")
        self.passes("# mode: stdin\n# expect: 2\n", "wc -l")

    def test_shell(self):
        self.passes("# shell: $CONC x | tr a b\n# expect: bx\n", "echo a$1")

    def test_skip(self):
        self.passes("# skip: tsan, release (why)\n# exit: 9\n", "exit 1")
        self.fails("# skip: tsan (why)\n# exit: 9\n", "exit 1", "status 1")

    def test_repeat(self):
        _, text = self.judge("", "true", "--repeat", "3")
        self.assertIn("3 passed", text)

    def test_folder_of_modules(self):
        self.write("_module.conc", "")
        case = self.write("case.conc", "")
        found = golden.find([self.folder.name])
        self.assertEqual([os.path.abspath(os.path.join(golden.TOP, p)) for p in found], [case])


if __name__ == "__main__":
    unittest.main()
