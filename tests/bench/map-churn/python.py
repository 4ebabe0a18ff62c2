# SPDX-License-Identifier: MIT
import sys

def main(n):
    live, counts, x = {}, {}, 42
    for i in range(n):
        x = x * 16807 % 2147483647
        live[i] = x
        if i >= 1000:
            live.pop(i - 1000)
        name = f"k{x % 5000}"
        counts[name] = counts.get(name, 0) + 1
    total = 0
    for k, v in live.items():
        total = (total + k * v) % 1000000007
    print(len(live), len(counts), sum(counts.values()), total)

main(int(sys.argv[1]))
