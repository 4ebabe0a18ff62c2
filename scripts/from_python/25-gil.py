# SPDX-License-Identifier: MIT
# While one thread sorts, no other runs.
from threading import Thread
from time import sleep

numbers = [n * 7919 % 1_000_003 for n in range(500_000)]
sorting = False

def work():
    global sorting
    sorting = True
    numbers.sort()
    sorting = False

t = Thread(target=work)
seen = 0
t.start()
while t.is_alive():
    seen += sorting
    sleep(0.001)
print("main ran meanwhile:", seen > 5)

# It prints:
# expect: main ran meanwhile: False
