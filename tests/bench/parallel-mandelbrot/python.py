# SPDX-License-Identifier: MIT
import sys
from threading import Thread

threads, n = int(sys.argv[1]), int(sys.argv[2])
res = [0] * threads

def stays(cr, ci):
    zr = zi = 0.0
    for _ in range(50):
        zr2 = zr * zr
        zi2 = zi * zi
        if zr2 + zi2 > 4.0:
            return False
        zi = 2.0 * zr * zi + ci
        zr = zr2 - zi2 + cr
    return True

def run(t):
    count = 0
    for y in range(t, n, threads):
        ci = 2.0 * y / n - 1.0
        for x in range(n):
            if stays(2.0 * x / n - 1.5, ci):
                count += 1
    res[t] = count

ts = [Thread(target=run, args=(t,)) for t in range(threads)]
for t in ts:
    t.start()
for t in ts:
    t.join()
print(sum(res))
