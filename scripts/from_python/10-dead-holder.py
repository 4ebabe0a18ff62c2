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
