# SPDX-License-Identifier: MIT
# join gives None when the thread has ended, and when it has not.
from queue import Queue
from threading import Thread

answers = Queue()
t = Thread(target=answers.get, daemon=True)
t.start()
t.join(timeout=0.01)
print("the answer has come")

# It prints:
# expect: the answer has come
