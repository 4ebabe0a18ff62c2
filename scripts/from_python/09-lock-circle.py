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
            print("paid")

with journal:
    Thread(target=pay).start()
    begun.wait()
    with accounts:
        print("audited")

# It prints nothing:
# hangs: yes
