# SPDX-License-Identifier: MIT
import math
import sys


def main(n):
    s = 0.0
    seed = 42
    low = 0
    for i in range(n):
        x = i * 0.001
        s += math.sqrt(x) + math.sin(x) * math.cos(x) + abs(-x) / (1.0 + x)
        s -= math.floor(x) + min(x, 3.0) + max(x, 2)
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        if seed < 0x40000000:
            low += 1
    print(f"{s:.3f}", low)


main(int(sys.argv[1]))
