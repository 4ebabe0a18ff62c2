# SPDX-License-Identifier: MIT
import sys

def counter(step):
    count = 0
    def turn():
        nonlocal count
        count += step
        return count
    return turn

def compose(f, g):
    return lambda x: f(g(x))

def main(n):
    counters = [counter(1), counter(2), counter(3)]
    s = 0
    for i in range(n):
        add = lambda x: x + i
        both = compose(add, lambda x: x * 3)
        s = (s + both(i) + counters[i % 3]()) % 1000000007
    print(s)

main(int(sys.argv[1]))
