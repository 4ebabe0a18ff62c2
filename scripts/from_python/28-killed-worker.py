# SPDX-License-Identifier: MIT
# The pool replaces the worker that died, and forgets what it was doing.
import sys
from multiprocessing import get_context

def work(n):
    if n == 2:
        sys.exit(1)
    return n

with get_context("fork").Pool(1) as pool:
    print(pool.map(work, [1, 2, 3]))

# It prints nothing:
# hangs: yes
