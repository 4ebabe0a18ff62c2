# SPDX-License-Identifier: MIT
import sys


def main(n):
    m = {}
    for i in range(n):
        m[i * 7] = i
    total = 0
    for i in range(n):
        total += m[i * 7]
    print(len(m), total)


main(int(sys.argv[1]))
