# SPDX-License-Identifier: MIT
# One None ends one of the two workers.
from queue import Queue
from threading import Thread

jobs = Queue()

def work():
    while (job := jobs.get()) is not None:
        pass

workers = [Thread(target=work), Thread(target=work)]
for w in workers: w.start()
for job in range(10): jobs.put(job)
jobs.put(None)
for w in workers: w.join()
print("all done")

# It prints nothing:
# hangs: yes
