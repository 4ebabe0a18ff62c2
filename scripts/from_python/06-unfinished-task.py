# SPDX-License-Identifier: MIT
# The loop ends with main, and takes the task along.
import asyncio

async def save(name):
    await asyncio.sleep(0.01)
    print("saved", name)

async def main():
    task = asyncio.create_task(save("report"))
    print("main has ended")

asyncio.run(main())

# It prints:
# expect: main has ended
