# SPDX-License-Identifier: MIT
# sys.exit ends the thread, and nothing else.
import sys
from threading import Thread

def check(config):
    if "port" not in config:
        sys.exit("no port given")

t = Thread(target=check, args=[{}])
t.start()
t.join()
print("the server starts")

# It prints:
# expect: the server starts
