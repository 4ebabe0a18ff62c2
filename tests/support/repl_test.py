#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The REPL as a person sees it: on a terminal (terminal.py), by what the screen shows.

    tests/support/repl_test.py [--conc PATH] [NAME...]     NAME: Class.test_name, as unittest has it
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

try:
    from terminal import Terminal
except ImportError:
    print("needs Debian's python3-pyte")
    sys.exit(77)

CONC = "build/release/conc"
GREETING = "conc "


class ReplTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def start(self, *arguments, columns=72, lines=40, **env):
        env = {"TSAN_OPTIONS": "die_after_fork=0:exitcode=86", "ASAN_OPTIONS": "detect_leaks=0",
               "TERM": "xterm", "XDG_STATE_HOME": self.folder + "/state", "LC_ALL": "C.UTF-8", **env}
        t = Terminal([CONC, *arguments], columns, lines, env, self.folder)
        self.addCleanup(t.end)
        t.wait_last(">>>")
        return t

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def run_input(self, t, text):
        """Types an input and waits for the next prompt. What was printed in between."""
        before = len(t.all_lines())
        t.type(text + "\r")
        t.wait_until("the next prompt", lambda: len(t.all_lines()) > before
                     and t.screen()[-1:] == [">>>"] and t.cursor()[1] == 4)
        return t.all_lines()[before:-1]

    def interrupt(self, t, text):
        """Types an input that does not end, waits until it runs, and presses Ctrl-C."""
        t.type(text + "\r")
        t.wait_until("the input runs", lambda: t.cursor()[1] == 0)
        self.settle(t)
        t.type("\x03")
        t.wait_last(">>>")

    def settle(self, t):
        """Until the main thread computes or waits: what it prints on SIGQUIT says so."""
        before = sum("the main thread" in line for line in t.all_lines())
        os.kill(t.pid, signal.SIGQUIT)
        t.wait_until("what runs",
                     lambda: sum("the main thread" in line for line in t.all_lines()) > before)


class Inputs(ReplTest):
    def test_values_are_printed_and_kept(self):
        t = self.start()
        self.assertEqual(self.run_input(t, "6 * 7"), ["42"])
        self.assertEqual(self.run_input(t, "_ + 1"), ["43"])
        self.assertEqual(self.run_input(t, "nil"), [])
        self.assertEqual(self.run_input(t, "_"), ["43"])
        self.assertEqual(self.run_input(t, "'a' + \"b\""), ['"ab"'])
        self.assertEqual(self.run_input(t, "let x = 5"), [])
        self.assertEqual(self.run_input(t, "x = 6; x"), ["6"])

    def test_declaring_anew(self):
        t = self.start()
        self.run_input(t, "let x = 1")
        self.run_input(t, "fn f() => x")
        self.run_input(t, "let x = x + 1")
        self.assertEqual(self.run_input(t, "f()"), ["2"])
        self.run_input(t, "const c = 1")
        self.run_input(t, "const c = 2")
        self.assertEqual(self.run_input(t, "c"), ["2"])
        self.assertIn("cannot assign to constant 'c'", self.run_input(t, "c = 3")[0])
        self.run_input(t, "fn f() => 7")
        self.assertEqual(self.run_input(t, "f()"), ["7"])

    def test_an_error_is_shown_and_kept(self):
        t = self.start()
        lines = self.run_input(t, "1 // 0")
        self.assertEqual(lines[:2], ["error: ZeroDivisionError: integer division or modulo by zero",
                                     "  --> <input 1>:1:3"])
        self.assertEqual(self.run_input(t, "type(_err)"), ["<class ZeroDivisionError>"])
        self.assertIn("is not defined", self.run_input(t, "nothing_of_that_name")[0])

    def test_await_stands_at_the_top(self):
        t = self.start()
        self.run_input(t, "async fn f(x) { await sleep(0); return x }")
        self.assertEqual(self.run_input(t, "await f(3)"), ["3"])
        self.assertEqual(self.run_input(t, "let k = async f(4)"), [])
        self.assertEqual(self.run_input(t, "await k"), ["4"])

    def test_what_is_not_complete_goes_on(self):
        t = self.start()
        t.type("fn f(x) {\r")
        t.wait_until("an indented line", lambda: t.cursor()[1] == 8)
        t.type("if x {\r")
        t.wait_until("a deeper line", lambda: t.cursor()[1] == 12)
        self.run_input(t, "return [1,\r2]\r}\r}")
        self.assertEqual(t.screen()[-7:-4], [">>> fn f(x) {", "...     if x {",
                                             "...         return [1,"])
        self.assertIn("...     }", t.screen())
        self.assertIn("... }", t.screen())
        self.assertEqual(self.run_input(t, "f(true)"), ["[1, 2]"])

    def test_ctrl_c_leaves_an_unfinished_input(self):
        t = self.start()
        t.type("fn f(x) {\r")
        t.wait_until("an indented line", lambda: t.cursor()[1] == 8)
        t.type("print([x,\r")
        t.wait_until("a deeper line", lambda: t.cursor()[1] >= 12)
        t.type("\x03")
        t.wait_last(">>>")
        screen = "\n".join(t.screen())
        self.assertRegex(screen, r"'\[' was never closed\n  --> <input>:2:11")
        self.assertEqual(self.run_input(t, "1"), ["1"])

    def test_ctrl_d_leaves_an_unfinished_input(self):
        t = self.start()
        self.run_input(t, "let x = 5")
        t.type('let s = """abc\r')
        t.wait_last("...")
        t.type("\x04")
        t.wait_last(">>>")
        self.assertIn("unterminated triple-quoted string", "\n".join(t.screen()))
        self.assertEqual(self.run_input(t, "x"), ["5"])

    def test_a_backslash_joins_lines(self):
        t = self.start()
        t.type("1 + \\\r")
        t.wait_last("...")
        self.assertEqual(self.run_input(t, "2")[-1], "3")

    def test_ctrl_c_leaves_a_line(self):
        t = self.start()
        t.type("let half")
        t.wait_last(">>> let half")
        t.type("\x03")
        t.wait_last(">>>")
        self.assertIn(">>> let half^C", t.screen())
        self.assertEqual(self.run_input(t, "2"), ["2"])

    def test_input_reads_from_the_terminal(self):
        t = self.start()
        t.type('let name = input("name? ")\r')
        t.wait_last("name?")
        self.run_input(t, "Zoë")
        self.assertEqual(self.run_input(t, "name"), ['"Zoë"'])

    def test_input_is_for_the_prompt(self):
        t = self.start()
        lines = "\n".join(self.run_input(t, "(thread input('x? ')).join()"))
        self.assertIn("RuntimeError: the prompt reads the terminal", lines)
        lines = "\n".join(self.run_input(t, "let p = spawn input('x? '); p.join()"))
        self.assertIn("EOFError", lines)
        self.assertEqual(self.run_input(t, "1"), ["1"])

    def test_half_a_line_is_ended_before_the_prompt(self):
        t = self.start()
        self.assertEqual(self.run_input(t, 'print("half", end: "")'), ["half"])
        self.assertEqual(self.run_input(t, 'print("a\\nb", end: "")'), ["a", "b"])

    def test_exit(self):
        t = self.start()
        t.type("exit(3)\r")
        self.assertEqual(t.wait_end(), 3)

    def test_a_signal_ends_it(self):
        t = self.start()
        self.run_input(t, "let t = thread { try { sleep(1000) } finally { print('cleaned up') } }")
        t.type("let half = ")
        t.wait_last(">>> let half =")
        os.kill(t.pid, signal.SIGTERM)
        self.assertEqual(t.wait_end(), 143)
        self.assertIn("cleaned up", "\n".join(t.screen()))

    def test_a_thread_ends_it_all(self):
        t = self.start()
        t.type("thread { exit(4) }\r")
        self.assertEqual(t.wait_end(), 4)
        self.assertNotIn("^C", "\n".join(t.screen()))

    def test_a_script_first(self):
        path = self.file("s.conc", "let x = args\nprint('ran')\nfn double(y) => y * 2\ndouble(21)\n")
        t = self.start("-i", path, "a", "b")
        self.assertEqual(self.run_input(t, "x"), ['["a", "b"]'])
        self.assertEqual(self.run_input(t, "double(4)"), ["8"])
        self.assertIn("ran", t.screen())
        self.assertNotIn("42", t.screen())
        self.assertEqual(self.run_input(t, ":reload"), ["ran"])

    def test_a_script_that_fails_first(self):
        path = self.file("s.conc", "let x = 1\nx / 0\n")
        t = self.start("-i", path)
        self.assertIn("error: ZeroDivisionError: division by zero", t.screen())
        self.assertEqual(self.run_input(t, "x"), ["1"])


class Meanwhile(ReplTest):
    def test_a_thread_prints_above_the_prompt(self):
        t = self.start()
        self.run_input(t, "let go = Event()")
        self.run_input(t, "let t = thread { go.wait(); for i in 0..3 { print('line', i) } }")
        self.run_input(t, "let k = async { await sleep(0.1); go.set() }")
        t.type("let 半行 = \"ty")
        t.wait_line("[thread 2] line 2")
        t.wait_last('>>> let 半行 = "ty')
        self.assertEqual(t.screen()[-4:], ["[thread 2] line 0", "[thread 2] line 1",
                                           "[thread 2] line 2", '>>> let 半行 = "ty'])
        self.assertEqual(t.cursor()[1], 18)
        self.run_input(t, 'ped"')
        self.assertEqual(self.run_input(t, "半行"), ['"typed"'])

    def test_ten_thousand_lines_of_eight_threads(self):
        t = self.start(lines=20)
        t.type("let half = 1")
        t.wait_last(">>> let half = 1")
        t.type("\x01")  # to the line's start, where the cursor has to stay
        t.wait_until("the cursor", lambda: t.cursor()[1] == 4)
        t.type("\x0b")  # cut it
        t.wait_last(">>>")
        self.run_input(t, "for i in 0..8 { thread { for n in 0..1250 { print(i, n) } } }")
        t.type("\x19\x01")  # and paste it again, while they print
        t.wait_until("all lines", lambda: sum(" 1249" in line for line in t.all_lines()) == 8)
        t.wait_last(">>> let half = 1")
        self.assertEqual(t.cursor()[1], 4)
        lines = [line for line in t.all_lines() if line.startswith("[thread")]
        self.assertEqual(len(lines), 10000, [x for x in t.all_lines() if not x.startswith("[thread")])
        for i in range(8):
            own = [line.split("] ")[1] for line in lines if line.split("] ")[1].startswith("%d " % i)]
            self.assertEqual(own, ["%d %d" % (i, n) for n in range(1250)])

    def test_tasks_and_timers_go_on(self):
        t = self.start()
        t.type("async { for i in 0..3 { await sleep(0.05); print('tick', i) } }\r")
        t.type("let w = ")
        t.wait_line("tick 2")
        t.wait_last(">>> let w =")
        self.assertEqual(t.screen()[-4:-1], ["tick 0", "tick 1", "tick 2"])

    def test_a_child_prints_above_the_prompt(self):
        t = self.start()
        self.run_input(t, "let q = queue(shared: true)")
        self.run_input(t, "let p = spawn { q.get(); print('from the child') }")
        self.run_input(t, "let k = async { await sleep(0.05); q.put(1) }")
        t.type("let w = ")
        t.wait_until("the child's line", lambda: any("] from the child" in line for line in t.screen()))
        t.wait_last(">>> let w =")

    def test_an_error_of_a_thread_is_shown_at_once(self):
        t = self.start()
        t.type("thread { sleep(0.05); 1 / 0 }\r")
        t.wait_for("error: ZeroDivisionError: division by zero")
        t.wait_for("in thread 2, started at <input 1>:1:1")
        t.wait_last(">>>")

    def test_the_terminal_gets_narrower(self):
        t = self.start()
        t.type("let name = " + "1 + " * 12)
        t.wait_for("1 + 1 +")
        t.resize(40, 20)
        t.type("1\rname\r")
        t.wait_line("13")
        t.wait_last(">>>")

    def test_stopped_and_continued(self):
        t = self.start()
        t.type("let z = 12")
        t.wait_last(">>> let z = 12")
        os.kill(t.pid, signal.SIGSTOP)
        os.waitpid(t.pid, os.WUNTRACED)
        os.kill(t.pid, signal.SIGCONT)
        t.type("3\rz\r")
        t.wait_line("123")
        t.wait_last(">>>")


class Interrupting(ReplTest):
    def check(self, text, *before):
        t = self.start()
        for line in before:
            self.run_input(t, line)
        self.interrupt(t, text)
        self.assertIn("error: Interrupted: interrupted", t.screen())
        self.assertEqual(self.run_input(t, "1 + 1"), ["2"])

    def test_computing(self):
        self.check("while true { }")

    def test_in_a_lock(self):
        self.check("m.acquire()", "let m = lock()", "let has = Event()",
                   "thread { m.acquire(); has.set(); sleep(1000) }", "has.wait()")

    def test_in_join(self):
        self.check("t.join()", "let t = thread sleep(1000)")

    def test_in_the_join_of_a_process(self):
        self.check("p.join()", "let p = spawn sleep(1000)")

    def test_in_a_queue(self):
        self.check("q.get()", "let q = queue()", "let t = thread { sleep(1000); q.put(1) }")

    def test_in_a_sleep(self):
        self.check("sleep(1000)")

    def test_in_an_await(self):
        self.check("await sleep(1000)")

    def test_in_a_group_whose_member_computes(self):
        self.check("group { thread { while true { } } }")

    def test_that_is_caught_again_and_again(self):
        t = self.start()
        self.run_input(t, "let n = 0")
        self.interrupt(t, "while n < 1 { try { sleep(1000) } catch e: Interrupted { n += 1 } }")
        self.assertEqual(self.run_input(t, "n"), ["1"])


class Keys(ReplTest):
    def complete(self, t, text, expected):
        t.type(text + "\t")
        t.wait_last(">>> " + expected)
        t.type("\x15")
        t.wait_last(">>>")

    def test_completion(self):
        t = self.start()
        self.file("data.txt", "")
        self.run_input(t, "class Robot { fn init(name, speed) { self.name = name } "
                          "fn walk(metres) { } get size() => 1 }")
        self.run_input(t, 'let robot = Robot("a", 1)')
        self.run_input(t, "import math")
        self.run_input(t, "fn travel(origin, target = 1) { }")
        self.complete(t, "rob", "robot")
        self.complete(t, "finall", "finally")
        self.complete(t, "Sema", "Semaphore(")
        self.complete(t, "robot.na", "robot.name")
        self.complete(t, "robot.wa", "robot.walk(")
        self.complete(t, "robot.siz", "robot.size")
        self.complete(t, "robot.name.upp", "robot.name.upper(")
        self.complete(t, '"text".star', '"text".startswith(')
        self.complete(t, "math.sqr", "math.sqrt(")
        self.complete(t, "travel(ori", "travel(origin:")
        self.complete(t, "travel(1, tar", "travel(1, target:")
        self.complete(t, "Robot(spe", "Robot(speed:")
        self.complete(t, "robot.walk(met", "robot.walk(metres:")
        self.complete(t, "queue(1, orde", "queue(1, order:")
        self.complete(t, 'open("dat', 'open("data.txt')
        self.complete(t, '"${robot.wal', '"${robot.walk(')
        self.complete(t, "[robot.na", "[robot.name")
        self.complete(t, ":rel", ":reload")
        self.complete(t, "import mat", "import math")
        self.complete(t, "from mat", "from math")
        self.complete(t, "from math import sqr", "from math import sqrt")
        self.complete(t, "from math import pi, sqr", "from math import pi, sqrt")

    def test_several_candidates_are_shown(self):
        t = self.start()
        t.type("[].re\t")
        t.wait_last(">>> [].re")
        t.type("\t")
        t.wait_until("a list", lambda: any("remove(" in x and "reverse(" in x for x in t.screen()))
        t.wait_last(">>> [].re")

    def test_completion_runs_nothing(self):
        t = self.start()
        self.run_input(t, 'class A { get x() { print("ran"); return 1 } }')
        self.run_input(t, "let a = A()")
        t.type("a.x.\t\ta")
        t.wait_last(">>> a.x.a")
        self.assertNotIn("ran", t.screen())

    def test_what_was_typed_is_there_next_time(self):
        t = self.start()
        self.run_input(t, "let 甲 = 11")
        self.run_input(t, "fn f() {\rreturn 5\r}")
        t.type("\x04")
        self.assertEqual(t.wait_end(), 0)
        t = self.start()
        t.type("\x1b[A")
        t.wait_for("return 5")
        self.run_input(t, "")
        self.assertEqual(self.run_input(t, "f()"), ["5"])
        t.type("\x12甲")
        t.wait_for("let 甲 = 11")
        self.run_input(t, "")
        self.assertEqual(self.run_input(t, "甲"), ["11"])
        path = self.folder + "/state/conc/history"
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)

    def test_a_search_is_left(self):
        t = self.start()
        self.run_input(t, "let first = 1")
        t.type("\x12first")
        t.wait_for("let first = 1")
        t.wait_for("search")
        t.type("\x03")
        t.wait_last(">>>")
        self.assertEqual(t.screen()[-2:], [">>> let first = 1^C", ">>>"])

    def test_wide_characters(self):
        t = self.start(columns=40)
        t.type('let 名字 = "你好世界"')
        t.wait_last('>>> let 名字 = "你好世界"')
        self.assertEqual(t.cursor()[1], 25)
        t.type("\x1b[D\x1b[D")
        t.wait_until("the cursor", lambda: t.cursor()[1] == 22)
        t.type("\x7f")
        t.wait_last('>>> let 名字 = "你好界"')
        self.assertEqual(t.cursor()[1], 20)
        t.type("人\r名字\r")
        t.wait_line('"你好人界"')

    def test_wide_characters_wrap(self):
        t = self.start(columns=21)
        t.type('"一二三四五六七八九十"')
        t.wait_until("two lines", lambda: t.screen()[-2:] == ['>>> "一二三四五六七八', '九十"'])
        self.assertEqual(t.cursor()[1], 5)
        t.type("\x7f\x7f\x7f\"\r")
        t.wait_line('"一二三四五六七八"')

    def test_pasting(self):
        t = self.start()
        t.paste("let a = [1,\n  2]\nfn g(x) {\n    return a[x]\n}\ng(1)\n")
        t.wait_for("g(1)")
        self.run_input(t, "")
        self.assertEqual(t.screen()[-2], "2")

    def test_pasting_with_prompts(self):
        t = self.start()
        t.paste(">>> let a = 5\n>>> fn g(x) {\n...     return x + a\n... }\n>>> g(1)\n6\n>>> a\n5\n")
        t.wait_for(">>> a")
        t.type("\r")
        t.wait_until("the value", lambda: t.screen()[-2:] == ["5", ">>>"] and t.cursor()[1] == 4)
        self.assertEqual(self.run_input(t, "g(2)"), ["7"])


class Commands(ReplTest):
    def test_help(self):
        t = self.start()
        lines = self.run_input(t, ":help")
        for name in ":ps :kill :load :reload :save :time :type :dis :help :quit ?NAME".split():
            self.assertTrue(any(line.split()[:1] == [name] for line in lines), name)
        self.assertIn("queue(maxsize = 0", self.run_input(t, "?queue")[0])
        self.assertEqual(self.run_input(t, "?select")[0],
                         "select { case NAME = CALL { } else { } }")
        lines = "\n".join(self.run_input(t, "?lock"))
        self.assertIn("lock LOCK { }", lines)  # the statement,
        self.assertIn("lock(shared", lines)  # and the function
        self.assertIn("queue(maxsize = 0", self.run_input(t, "help(queue)")[0])
        self.assertEqual(self.run_input(t, ":lod x"),
                         ["there is no command :lod; did you mean :load?"])
        self.assertEqual(self.run_input(t, "?nothing_so"), ["there is nothing called nothing_so"])
        self.assertEqual(self.run_input(t, "quit"), ["Ctrl-D, :quit and exit() end the prompt"])
        self.run_input(t, "let quit = 7")
        self.assertEqual(self.run_input(t, "quit"), ["7"])
        self.assertEqual(self.run_input(t, ":kill -1")[0], ":kill takes the number that :ps shows: `:kill 3`")
        self.assertEqual(self.run_input(t, ":load"), [":load needs an argument: `:load FILE`"])

    def test_ps_and_kill(self):
        t = self.start()
        self.assertEqual(self.run_input(t, ":ps"), ["nothing but the REPL runs"])
        self.run_input(t, "let q = queue()")
        self.run_input(t, "let r = queue()")
        self.run_input(t, "let a = thread q.get()")
        self.run_input(t, "let b = thread { while true { } }")
        self.run_input(t, "let c = spawn sleep(1000)")
        self.run_input(t, "let d = async r.get()")
        self.run_input(t, "await sleep(0)")
        lines = "\n".join(self.run_input(t, ":ps"))
        self.assertRegex(lines, r"thread 2 waits for an item in a queue \(get\), at <input 3>:1:\d+")
        self.assertRegex(lines, r"thread 3 is running, at <input 4>:1:\d+")
        self.assertRegex(lines, r"process 4, pid \d+, is running, started at\s<input 5>:1:9")
        self.assertRegex(lines, r"task 5 waits for an item in a queue \(get\)")
        for id in (2, 3, 4, 5):
            self.assertEqual(self.run_input(t, ":kill %d" % id), ["%d is cancelled" % id])
        for name in "abcd":
            self.assertIn("Cancelled", self.run_input(t, "await %s" % name)[0])
        self.assertEqual(self.run_input(t, ":ps"), ["nothing but the REPL runs"])
        self.assertEqual(self.run_input(t, ":kill 77"),
                         ["nothing with the number 77 runs; :ps shows what does"])

    def test_kill_twice(self):
        t = self.start()
        self.run_input(t, "let q = queue(shared: true)")
        self.run_input(t, "let p = spawn { while true { try { q.put(1); sleep(1000) } catch e: BaseError { } } }")
        self.assertEqual(self.run_input(t, "q.get()"), ["1"])
        self.assertEqual(self.run_input(t, ":kill 2"), ["2 is cancelled"])
        self.assertEqual(self.run_input(t, "q.get()"), ["1"])
        self.assertEqual(self.run_input(t, ":kill 2"), ["2 was sent SIGKILL"])
        self.assertIn("SIGKILL", self.run_input(t, "p.join()")[0])

    def test_load_reload_save(self):
        t = self.start()
        self.file("m.conc", "let x = 1\nfn f() => x\n")
        self.run_input(t, ":load m.conc")
        self.assertEqual(self.run_input(t, "f()"), ["1"])
        self.file("m.conc", "let x = 2\nfn f() => x\n")
        self.run_input(t, ":reload")
        self.assertEqual(self.run_input(t, "f()"), ["2"])
        self.assertEqual(self.run_input(t, ":load none.conc"),
                         ["none.conc: No such file or directory"])
        self.run_input(t, "1 / 0")
        self.run_input(t, "print(f())")
        self.assertEqual(self.run_input(t, ":save out.conc"), ["saved in out.conc"])
        self.assertEqual(subprocess.run([CONC, self.folder + "/out.conc"], capture_output=True,
                                        text=True).stdout, "2\n")
        self.run_input(t, "let x = 3")
        lines = self.run_input(t, ":save out.conc")
        self.assertEqual(lines[0], "saved in out.conc; as a script it has errors:")
        self.assertEqual(lines[1], "error: SyntaxError: name 'x' is declared twice in this block")

    def test_time_type_dis(self):
        t = self.start()
        lines = self.run_input(t, ":time 1 + 1")
        self.assertEqual(lines[0], "2")
        self.assertRegex(lines[1], r"^took [0-9.]+ (us|ms|s) \(processor: [0-9.]+ (us|ms|s)\)$")
        self.assertEqual(self.run_input(t, ":type [1]"), ["list"])
        self.run_input(t, "fn f(x) => x + 1")
        lines = self.run_input(t, ":dis f")
        self.assertIn("fn f(x)", lines[0])
        self.assertTrue(any("ADD" in line for line in lines))

    def test_the_end_asks_what_to_do_with_what_runs(self):
        t = self.start()
        self.run_input(t, "let go = Event()")
        self.run_input(t, "let a = thread { go.wait(); print('done') }")
        t.type("\x04")
        t.wait_for("1 thing that was started still runs")
        t.wait_for("go back (Enter)?")
        self.run_input(t, "")
        self.run_input(t, "go.set(); a.join()")
        self.run_input(t, "let b = thread { sleep(0.1); print('waited for') }")
        t.type("\x04")
        t.wait_for("go back (Enter)?")
        t.type("w\r")
        self.assertEqual(t.wait_end(), 0)
        self.assertIn("waited for", "\n".join(t.screen()))

    def test_the_end_ends_what_runs(self):
        t = self.start()
        self.run_input(t, "let a = thread { try { sleep(1000) } finally { print('cleaned up') } }")
        self.run_input(t, "await sleep(0.05)")
        t.type(":quit\r")
        t.wait_for("go back (Enter)?")
        t.type("e\r")
        self.assertEqual(t.wait_end(), 0)
        self.assertIn("cleaned up", "\n".join(t.screen()))

    def test_nothing_runs_at_the_end(self):
        t = self.start()
        t.type("\x04")
        self.assertEqual(t.wait_end(), 0)


class Plain(ReplTest):
    def test_a_dumb_terminal(self):
        t = self.start(TERM="dumb")
        self.assertEqual(self.run_input(t, "1 + 1"), ["2"])
        t.type("fn f() {\r")
        t.wait_last("...")
        self.run_input(t, "return 3 }")
        self.assertEqual(self.run_input(t, "f()"), ["3"])
        self.assertNotIn(b"\x1b", t.raw)
        t.type("while true { }\r")
        t.wait_line(">>> while true { }")
        self.settle(t)
        t.type("\x03")
        t.wait_for("Interrupted")
        t.wait_last(">>>")
        t.type("\x04")
        self.assertEqual(t.wait_end(), 0)

    def test_colours(self):
        for no_color, dim in (("", True), ("1", False)):
            t = self.start(NO_COLOR=no_color)
            t.type("thread { print('here') }\r")
            t.wait_for("] here")
            self.assertEqual(b"\x1b[2m[thread 2]\x1b[0m here" in t.raw, dim)
            self.assertEqual(b"[thread 2] here" in t.raw, not dim)

    def test_no_terminal(self):
        done = subprocess.run([CONC, "-i"], input="1 + 1\nfn f() {\nreturn 3\n}\nf()\n1 / 0\n_err\nf(",
                              capture_output=True, text=True, cwd=self.folder)
        self.assertEqual(done.stdout, '2\n3\nZeroDivisionError("division by zero")\n')
        self.assertIn("error: ZeroDivisionError", done.stderr)
        self.assertIn("'(' was never closed", done.stderr)
        self.assertEqual(done.returncode, 0)

    def test_the_terminal_is_given_back(self):
        path = self.file("both.sh", "stty -a > before; \"$CONC\"; stty -a > after; echo over\n")
        t = Terminal(["sh", path], env={"TERM": "xterm", "CONC": CONC,
                                        "XDG_STATE_HOME": self.folder}, cwd=self.folder)
        self.addCleanup(t.end)
        t.wait_last(">>>")
        self.run_input(t, "thread { sleep(1000) }")
        t.type("\x04")
        t.wait_for("go back (Enter)?")
        t.type("e\r")
        t.wait_line("over")
        settings = []
        for name in ("before", "after"):
            with open(os.path.join(self.folder, name)) as f:
                settings.append(f.read())
        self.assertEqual(*settings)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if "--conc" in arguments:
        at = arguments.index("--conc")
        CONC = arguments[at + 1]
        del arguments[at:at + 2]
    CONC = os.path.abspath(CONC)
    unittest.main(argv=[sys.argv[0], *arguments])
