# SPDX-License-Identifier: MIT
# put has accepted it; that it cannot be sent a thread of the queue finds out.
from multiprocessing import Queue

q = Queue()
q.put(lambda: 1)
print("sent")
print(q.get())

# It prints:
# expect: sent
# expect-error: Traceback (most recent call last):
# expect-error:   ...
# expect-error: _pickle.PicklingError: Can't pickle <function <lambda> at 0x...>: attribute lookup <lambda> on __main__ failed
# hangs: yes
