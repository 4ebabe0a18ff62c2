# SPDX-License-Identifier: MIT
"""A program on a pseudo-terminal of its own, and the screen that a person would see.

    with Terminal([conc], columns=60, lines=12) as t:
        t.type("1 + 2\r")
        t.wait_for("3")            # until the screen shows it; fails with the screen after a while
        t.screen()                 # its lines, without the blanks at their ends

All waiting is for something to be seen, or for the program to end. Needs Debian's python3-pyte.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte

PATIENCE = 60  # seconds: a guard against hanging, nothing that is measured


class Terminal:
    def __init__(self, command, columns=80, lines=24, env=None, cwd=None):
        self._screen = pyte.HistoryScreen(columns, lines, history=100000, ratio=0.5)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""
        self.status = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                if cwd:
                    os.chdir(cwd)
                os.execvpe(command[0], command, {**os.environ, **(env or {})})
            finally:
                os._exit(127)
        self.resize(columns, lines, tell=False)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.end()

    def end(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.wait_end()
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None

    def resize(self, columns, lines, tell=True):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        if tell:
            self._screen.resize(lines, columns)

    def type(self, text):
        os.write(self.fd, text.encode())

    def paste(self, text):
        """As a terminal sends it that was told to bracket what is pasted."""
        self.type("\x1b[200~" + text.replace("\n", "\r") + "\x1b[201~")

    def _read(self, patience):
        """Takes in what arrives within that time. False once the program has gone."""
        if not select.select([self.fd], [], [], patience)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # EIO: nobody has the terminal open any more
            data = b""
        self.raw += data
        self._stream.feed(data)
        return bool(data)

    def screen(self):
        lines = [line.rstrip() for line in self._screen.display]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def all_lines(self):
        """What has scrolled away, and the screen."""
        gone = []
        for line in self._screen.history.top:
            gone.append("".join(line[i].data for i in range(self._screen.columns)).rstrip())
        return gone + self.screen()

    def cursor(self):
        return self._screen.cursor.y, self._screen.cursor.x

    def wait_until(self, what, seen):
        end = time.monotonic() + PATIENCE
        while not seen():
            alive = self._read(0.2)
            if seen():
                return
            if not alive or time.monotonic() > end:
                raise AssertionError("never seen: %s\n%s" % (what, "\n".join(self.screen())))

    def wait_for(self, text):
        self.wait_until(repr(text), lambda: any(text in line for line in self.screen()))

    def wait_line(self, text):
        """A whole line of the screen."""
        self.wait_until("the line %r" % text, lambda: text in self.screen())

    def wait_last(self, text):
        """The last line of the screen."""
        self.wait_until("the last line %r" % text, lambda: self.screen()[-1:] == [text])

    def wait_end(self):
        """The exit status; minus the signal's number."""
        end = time.monotonic() + PATIENCE
        while self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            elif not self._read(0.05):
                time.sleep(0.01)
            if time.monotonic() > end:
                raise AssertionError("it does not end\n" + "\n".join(self.screen()))
        while self._read(0.05) and select.select([self.fd], [], [], 0)[0]:
            pass
        return self.status
