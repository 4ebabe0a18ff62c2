# SPDX-License-Identifier: MIT
# The notice came before anybody waited for it.
from threading import Condition, Thread

c = Condition()

def announce():
    with c:
        c.notify()

t = Thread(target=announce)
t.start()
t.join()
with c:
    c.wait()
    print("the news has come")

# It prints nothing:
# hangs: yes
