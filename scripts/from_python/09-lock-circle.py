# SPDX-License-Identifier: MIT
# Each waits for the lock that the other holds.
from threading import Event, Lock, Thread

accounts = Lock()
journal = Lock()
begun = Event()

def pay():
    with accounts:
        begun.set()
        with journal:
            pass

with journal:
    t = Thread(target=pay)
    t.start()
    begun.wait()
    with accounts:
        print("all is written")

# It prints nothing:
# hangs: yes
