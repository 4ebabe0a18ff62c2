# SPDX-License-Identifier: MIT
import sys
from concurrent.futures import ThreadPoolExecutor

workers, n, chunk = map(int, sys.argv[1:])

def successor(x):
    return x + 1

with ThreadPoolExecutor(workers) as pool:  # of threads: it makes a job of each element
    total = sum(pool.map(successor, range(n)))
assert total == n * (n + 1) // 2
print(total)
