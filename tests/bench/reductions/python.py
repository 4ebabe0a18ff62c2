# SPDX-License-Identifier: MIT
import sys
from functools import cmp_to_key, reduce


def main(n):
    xs = list(range(n))
    squares = [x * x for x in xs]
    odd = [x for x in squares if x % 2 == 1]
    total = reduce(lambda a, b: (a + b) % 1000003, odd, 0)
    texts = [str(x) for x in xs]
    long = [text for text in texts if len(text) > 2]
    largest = max(xs, key=lambda x: x * 7919 % 10007)
    order = sorted(xs, key=lambda x: x * 7919 % 10007)
    down = sorted(xs, key=cmp_to_key(lambda a, b: b - a))
    print(len(odd), total, len(long), largest, order[1], down[1])


main(int(sys.argv[1]))
