# SPDX-License-Identifier: MIT
# The child cannot end before somebody has read what it put.
from multiprocessing import get_context

fork = get_context("fork")
q = fork.Queue()
p = fork.Process(target=q.put, args=["x" * 1_000_000])
p.start()
p.join()
print(len(q.get()), "characters")

# It prints nothing:
# hangs: yes
