# SPDX-License-Identifier: MIT
import sys
from threading import Lock, Thread

threads, n = int(sys.argv[1]), int(sys.argv[2])
m, k = Lock(), 0

def run():
    global k
    for _ in range(n // threads):
        with m:
            k += 1

ts = [Thread(target=run) for _ in range(threads)]
for t in ts:
    t.start()
for t in ts:
    t.join()
print(k)
