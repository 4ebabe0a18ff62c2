# SPDX-License-Identifier: MIT
# Once a job runs, nothing can end it; and the pool's end waits for it.
from concurrent.futures import ThreadPoolExecutor
from threading import Event

begun = Event()

def job():
    begun.set()
    Event().wait()

with ThreadPoolExecutor() as pool:
    future = pool.submit(job)
    begun.wait()
    print("cancelled:", future.cancel())

# It prints:
# expect: cancelled: False
# hangs: yes
