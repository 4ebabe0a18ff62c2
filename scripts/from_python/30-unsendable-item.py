# SPDX-License-Identifier: MIT
# put has accepted it; that it cannot be sent a thread of the queue finds out.
from multiprocessing import Queue

q = Queue()
q.put(lambda: 1)
print("sent")
print(q.get())
