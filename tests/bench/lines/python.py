# SPDX-License-Identifier: MIT
import sys


def write(path, n):
    with open(path, "w", encoding="utf-8") as f:
        for i in range(n):
            f.write(f"line {i % 10} of a file with key{i % 1000:03} {i:08}\n")


def main(n, path):
    write(path, n)
    lines = 0
    size = 0
    for _ in range(5):
        for line in open(path, encoding="utf-8"):
            lines += 1
            size += len(line)
    counts = {}
    for line in open(path, encoding="utf-8"):
        for word in line.split()[:7]:
            counts[word] = counts.get(word, 0) + 1
    print(lines, size, len(counts), counts["key007"], len(open(path, encoding="utf-8").readlines()),
          len(open(path, encoding="utf-8").read()))


main(int(sys.argv[1]), sys.argv[2])
