# SPDX-License-Identifier: MIT
import multiprocessing
import sys

producers, consumers, capacity, n = map(int, sys.argv[1:5])
per = n // producers


def producer(q, t):
    for i in range(per):
        q.put(t * per + i)


def consumer(q, out):
    s = 0
    while True:
        x = q.get()
        if x < 0:
            break
        s += x
    out.put(s)


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    q = multiprocessing.Queue(capacity)
    out = multiprocessing.Queue()
    cs = [multiprocessing.Process(target=consumer, args=(q, out)) for _ in range(consumers)]
    ps = [multiprocessing.Process(target=producer, args=(q, t)) for t in range(producers)]
    for p in cs + ps:
        p.start()
    for p in ps:
        p.join()
    for _ in cs:
        q.put(-1)
    print(sum(out.get() for _ in cs))
    for p in cs:
        p.join()
