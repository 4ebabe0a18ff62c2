# SPDX-License-Identifier: MIT
import sys


class Person:
    def __init__(self, name, age):
        self.name = name
        self.age = age

    def __lt__(self, other):
        return self.age < other.age


def main(n):
    near = list(range(n))
    for i in range(0, n, 1000):
        near[i] = n - i
    texts = []
    people = []
    x = 42
    for i in range(n):
        x = (x * 1103515245 + 12345) % 2147483648
        texts.append(f"name{x}")
        people.append(Person(f"n{x % 1000}", x))
    a = sorted(near)
    b = sorted(a, reverse=True)
    c = sorted(texts)
    d = sorted(texts, key=len)
    e = sorted(people)
    f = sorted(people, key=lambda p: [p.name, p.age])
    print(a[5], b[0], c[0], d[0], e[0].age, f[0].name, f[0].age)


main(int(sys.argv[1]))
