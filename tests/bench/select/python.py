# SPDX-License-Identifier: MIT
#
# Python has no select for queues: the usual way is a thread for each of them that passes its items on,
# with the queue's number, to one queue that all share.
import sys
from queue import Queue
from threading import Thread

count, producers, capacity, n = map(int, sys.argv[1:])
queues = [Queue(capacity) for _ in range(count)]
merged = Queue(capacity)

def producer(t):
    for i in range(t * n // producers, (t + 1) * n // producers):
        queues[i % count].put(i // count)

def forward(k):
    while True:
        merged.put((k, queues[k].get()))

for k in range(count):
    Thread(target=forward, args=(k,), daemon=True).start()
for t in range(producers):
    Thread(target=producer, args=(t,)).start()
total = 0
for _ in range(n):
    k, x = merged.get()
    total += x * count + k
assert total == n * (n - 1) // 2
print(total)
