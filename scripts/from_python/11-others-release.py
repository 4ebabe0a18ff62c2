# SPDX-License-Identifier: MIT
# Anybody may release a lock.
from threading import Lock, Thread

m = Lock()

m.acquire()
t = Thread(target=m.release)
t.start()
t.join()
print("locked:", m.locked())

# It prints:
# expect: locked: False
