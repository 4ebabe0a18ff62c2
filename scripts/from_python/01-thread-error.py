# SPDX-License-Identifier: MIT
# The thread fails; join says nothing, and the program goes on.
from threading import Thread

def fetch(url):
    raise ValueError("no such host: " + url)

t = Thread(target=fetch, args=["example.test"])
t.start()
t.join()
print("fetched")

# It prints:
# expect-error: Exception in thread Thread-1 (fetch):
# expect-error: Traceback (most recent call last):
# expect-error:   ...
# expect-error: ValueError: no such host: example.test
# expect: fetched
