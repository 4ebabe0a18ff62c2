# SPDX-License-Identifier: MIT
# The thread waits for itself.
from threading import Lock

m = Lock()

def log(text):
    with m:
        print(text)

with m:
    log("saved")

# It prints nothing:
# hangs: yes
