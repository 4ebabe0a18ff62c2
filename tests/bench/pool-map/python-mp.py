# SPDX-License-Identifier: MIT
import multiprocessing
import sys

workers, n, chunk = map(int, sys.argv[1:])

def successor(x):
    return x + 1

if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    with multiprocessing.Pool(workers) as pool:
        total = sum(pool.map(successor, range(n), chunk or None))
    assert total == n * (n + 1) // 2
    print(total)
