# SPDX-License-Identifier: MIT
import sys
from queue import Queue
from threading import Thread

np, nc, cap, n = map(int, sys.argv[1:])
q, per, res = Queue(cap), n // np, [0] * nc

def producer(t):
    for i in range(per):
        q.put(t * per + i)

def consumer(t):
    s = 0
    while (x := q.get()) >= 0:
        s += x
    res[t] = s

cs = [Thread(target=consumer, args=(t,)) for t in range(nc)]
ps = [Thread(target=producer, args=(t,)) for t in range(np)]
for t in cs + ps:
    t.start()
for t in ps:
    t.join()
for _ in cs:
    q.put(-1)
for t in cs:
    t.join()
print(sum(res))
