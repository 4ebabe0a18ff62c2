# SPDX-License-Identifier: MIT
# The child has a copy of the locked lock, but not the thread that would release it.
from multiprocessing import get_context
from threading import Event, Lock, Thread

m = Lock()
held = Event()
done = Event()

def hold():
    with m:
        held.set()
        done.wait()

def work():
    with m:
        print("the child works")

Thread(target=hold).start()
held.wait()
p = get_context("fork").Process(target=work)
p.start()
p.join()
done.set()

# It prints nothing:
# hangs: yes
