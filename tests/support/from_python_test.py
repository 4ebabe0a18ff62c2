#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the runner of scripts/from_python: it must fail where it should. A shell plays conc."""
import os
import sys
import tempfile
import unittest
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import from_python  # noqa: E402
import golden  # noqa: E402

OTHER = "A table of something else\n\n| | a | b |\n|---|---|---|\n| x | y | z |\n"


class FromPython(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        os.makedirs(os.path.join(self.folder.name, from_python.FOLDER))
        for target, name, value in ((golden, "TOP", self.folder.name),
                                    (from_python, "LIMIT", 5), (from_python, "SILENCE", 0.2)):
            patch = mock.patch.object(target, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def write(self, path, text):
        with open(os.path.join(self.folder.name, path), "w", encoding="utf-8") as f:
            f.write(text)

    def program(self, name, text):
        self.write(from_python.FOLDER + name, text)
        return from_python.Program(name)

    def run_program(self, name, text):
        return "\n".join(from_python.run(self.program(name, text), "/bin/sh"))

    def test_what_is_right(self):
        self.assertEqual(self.run_program("01-a.py", "print(1)\n# expect: 1\n"), "")
        self.assertEqual(self.run_program("01-a.conc", "echo 1 # expect: 1\n"), "")
        self.assertEqual(self.run_program("01-a.conc", "echo 1; sleep 9 # expect: 1\n# hangs: yes\n"), "")
        self.assertEqual(self.run_program("01-a.conc", "echo x >&2; exit 3\n# expect-error: x\n# exit: 3\n"), "")

    def test_what_is_wrong(self):
        self.assertIn("standard output", self.run_program("01-a.conc", "echo 1\n"))
        self.assertIn("standard output", self.run_program("01-a.conc", "# expect: 1\n"))
        self.assertIn("standard error", self.run_program("01-a.conc", "echo x >&2\n"))
        self.assertIn("standard error", self.run_program("01-a.conc", "echo xy >&2\n# expect-error: x\n"))
        self.assertIn("1 instead of 0", self.run_program("01-a.py", "raise SystemExit(1)\n"))
        self.assertIn("0 instead of hangs", self.run_program("01-a.py", "# hangs: yes\n"))
        self.assertIn("hangs instead of 0", self.run_program("01-a.conc", "sleep 9\n"))

    def test_a_traceback_is_shortened(self):
        text = "Traceback (most recent call last):\n  File x\n    f()\nValueError: at 0x7f1\n  and on\n"
        self.assertEqual(from_python.plain(text), "Traceback (most recent call last):\n  ...\n"
                                                  "ValueError: at 0x...\n  and on\n")

    def test_page_and_table(self):
        programs = {name: self.program(name, "# What %s\n%s\n\n# It prints:\n# expect: 1\n" % (name, name))
                    for name in ("01-a.py", "01-a.conc")}
        self.write(from_python.PAGE, "# Page\n\n### 1. It fails\n\ntext\n\n"
                                     "[01-a.py](01-a.py)\n\n[01-a.conc](01-a.conc)\n")
        self.write(from_python.TABLE, OTHER + "\n| | Python | conc |\n|---|---|---|\n\nmore\n")
        self.assertEqual(len(from_python.check_page(programs, write=False)), 2)
        self.assertEqual(from_python.check_page(programs, write=True), [])
        self.assertEqual(from_python.check_page(programs, write=False), [])
        self.assertIn("\n```python\n# What 01-a.py\n01-a.py\n```\n```text\n1\n```\n",
                      from_python.read(from_python.PAGE))
        self.assertTrue(from_python.read(from_python.TABLE).startswith(OTHER + "\n"))
        self.assertIn("|\n| [1. It fails](from_python/README.md#1-it-fails) | What 01-a.py *(status 0)* | What",
                      from_python.read(from_python.TABLE))
        programs["02-b.py"] = self.program("02-b.py", "# More\n")
        self.write(from_python.TABLE, OTHER)
        self.assertIn("no table", "\n".join(from_python.check_page(programs, write=False)))
        self.assertIn("each pair", "\n".join(from_python.check_page(programs, write=False)))


if __name__ == "__main__":
    unittest.main()
