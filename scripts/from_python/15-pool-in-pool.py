# SPDX-License-Identifier: MIT
# The job holds the only worker, and waits for a job that needs one.
from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(max_workers=1)

def square(n):
    return n * n

def sum_of_squares():
    return pool.submit(square, 3).result() + pool.submit(square, 4).result()

print(pool.submit(sum_of_squares).result())

# It prints nothing:
# hangs: yes
