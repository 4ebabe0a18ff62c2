# SPDX-License-Identifier: MIT
import sys


def shifted(text, by):
    out = ""
    for c in text:
        if c.islower():
            out += chr((ord(c) - 97 + by) % 26 + 97)
        else:
            out += c
    return out


def main(n):
    s = ""
    for i in range(n):
        s += "x"
    text = "the quick brown fox jumps over the lazy dog. " * (n // 45)
    back = shifted(shifted(text, 3), 23)
    total = 0
    row = ""
    for i in range(n):
        row = row + str(i) + ","
        if i % 500 == 499:
            total += len(row)
            row = ""
    print(len(s), str(back == text).lower(), total)


main(int(sys.argv[1]))
