# SPDX-License-Identifier: MIT
import sys


def main(n):
    rows = []
    for i in range(n):
        rows.append(f"{i},name {i % 100},{i * 1.25},  padded  ")
    sums = {}
    for line in "\n".join(rows).splitlines():
        id, name, price, pad = line.split(",")
        key = name.upper().strip() + pad.strip()[:1]
        if key not in sums:
            sums[key] = [0, 0.0]
        sums[key][0] += int(id)
        sums[key][1] += float(price)
    for key in sorted(sums.keys())[:3]:
        print(key, sums[key][0], f"{sums[key][1]:.2f}")


main(int(sys.argv[1]))
