# SPDX-License-Identifier: MIT
import sys


def main(n):
    xs, prices = [], {}
    for i in range(n):
        xs.append(i % 97)
        prices[f"item {i % 5000}"] = i
    total = 0
    for _ in range(5):
        for i, x in enumerate(xs):
            total += i * x
        for a, b in zip(xs, xs):
            total += a - b + 1
        for name, price in prices.items():
            total += price
    print(total)


main(int(sys.argv[1]))
