# SPDX-License-Identifier: MIT
import asyncio
import sys

tasks, rounds = map(int, sys.argv[1:])
total = 0

async def task(i):
    global total
    await asyncio.sleep(0)
    total += i % 7

async def main():
    for _ in range(rounds):
        async with asyncio.TaskGroup() as group:
            for i in range(tasks):
                group.create_task(task(i))
    assert total == rounds * sum(i % 7 for i in range(tasks))
    print(total)

asyncio.run(main())
