# SPDX-License-Identifier: MIT
import sys

def stays(cr, ci):
    zr = zi = 0.0
    for _ in range(50):
        zr2 = zr * zr
        zi2 = zi * zi
        if zr2 + zi2 > 4.0:
            return False
        zi = 2.0 * zr * zi + ci
        zr = zr2 - zi2 + cr
    return True

def main(n):
    count = 0
    for y in range(n):
        ci = 2.0 * y / n - 1.0
        for x in range(n):
            if stays(2.0 * x / n - 1.5, ci):
                count += 1
    print(count)

main(int(sys.argv[1]))
