# SPDX-License-Identifier: MIT
import sys


def main(n):
    total = 0
    for i in range(n):
        total += len(f"{i:05d} {i / 3:.2f} {i:x} {'ab':>6}")
        total += len("{} of {:>8} {:.3f}".format(i, n, i / 7))
        total += len("%d %s %5.1f" % (i, "x", i / 9))
    print(total)


main(int(sys.argv[1]))
