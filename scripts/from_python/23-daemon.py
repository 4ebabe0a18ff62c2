# SPDX-License-Identifier: MIT
# A daemon thread is dropped where it stands: `finally` does not run.
from threading import Event, Thread

begun = Event()

def work():
    try:
        begun.set()
        Event().wait()
    finally:
        print("cleaned up")

Thread(target=work, daemon=True).start()
begun.wait()
print("main has ended")

# It prints:
# expect: main has ended
