# SPDX-License-Identifier: MIT
# While one thread is in a function written in C, no other runs.
from threading import Event, Thread
from time import sleep

begun = Event()

def work():
    print("a long sum")
    begun.set()
    sum(range(10 ** 12))

Thread(target=work, daemon=True).start()
begun.wait()
sleep(0.1)
print("main goes on")

# It prints:
# expect: a long sum
# hangs: yes
