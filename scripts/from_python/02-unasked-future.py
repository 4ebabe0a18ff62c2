# SPDX-License-Identifier: MIT
# The error stays in the future, and nobody looks there.
from concurrent.futures import ThreadPoolExecutor

def save(name):
    raise OSError("disk full")

with ThreadPoolExecutor() as pool:
    pool.submit(save, "report")
print("saved")

# It prints:
# expect: saved
