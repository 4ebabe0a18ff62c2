# SPDX-License-Identifier: MIT
# Both have read 0 before one of them writes 1.
from threading import Barrier, Thread

count = 0
both = Barrier(2)

def add():
    global count
    seen = count
    both.wait()
    count = seen + 1

threads = [Thread(target=add), Thread(target=add)]
for t in threads: t.start()
for t in threads: t.join()
print(count)

# It prints:
# expect: 1
