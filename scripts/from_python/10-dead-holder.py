# SPDX-License-Identifier: MIT
# The thread has ended, and its lock is locked for ever.
from threading import Lock, Thread

m = Lock()

def work():
    m.acquire()
    raise ValueError("bad input")
    m.release()

t = Thread(target=work)
t.start()
t.join()
with m:
    print("it goes on")

# It prints:
# expect-error: Exception in thread Thread-1 (work):
# expect-error: Traceback (most recent call last):
# expect-error:   ...
# expect-error: ValueError: bad input
# hangs: yes
