# SPDX-License-Identifier: MIT
import sys
from math import sqrt

def a(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)

def times(u, transposed):
    n = len(u)
    out = []
    for i in range(n):
        s = 0.0
        for j in range(n):
            s += (a(j, i) if transposed else a(i, j)) * u[j]
        out.append(s)
    return out

def main(n):
    u = [1.0] * n
    for _ in range(10):
        v = times(times(u, False), True)
        u = times(times(v, False), True)
    uv = vv = 0.0
    for i in range(n):
        uv += u[i] * v[i]
        vv += v[i] * v[i]
    print("%.9f" % sqrt(uv / vv))

main(int(sys.argv[1]))
