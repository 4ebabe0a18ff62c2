# SPDX-License-Identifier: MIT
# Ctrl-C ends the main thread; the process stays for the other one.
import signal
from threading import Event, Thread

def work():
    try:
        Event().wait()
    finally:
        print("cleaned up")

Thread(target=work).start()
signal.raise_signal(signal.SIGINT)  # as Ctrl-C does

# It prints:
# expect-error: Traceback (most recent call last):
# expect-error:   ...
# expect-error: KeyboardInterrupt
# hangs: yes
