# SPDX-License-Identifier: MIT
# The only worker has died, and join waits for its task_done.
from queue import Queue
from threading import Thread

prices = {"tea": 2, "cake": 4}
jobs = Queue()

def work():
    while True:
        print(prices[jobs.get()])
        jobs.task_done()

Thread(target=work, daemon=True).start()
for job in ["tea", "milk", "cake"]:
    jobs.put(job)
jobs.join()
print("all done")

# It prints:
# expect: 2
# expect-error: Exception in thread Thread-1 (work):
# expect-error: Traceback (most recent call last):
# expect-error:   ...
# expect-error: KeyError: 'milk'
# hangs: yes
