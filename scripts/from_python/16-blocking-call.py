# SPDX-License-Identifier: MIT
# A call that blocks holds up the loop, with all its tasks.
import asyncio
import queue

items = queue.Queue()

async def produce():
    items.put("an item")

async def consume():
    print("got", items.get())

async def main():
    await asyncio.gather(consume(), produce())

asyncio.run(main())

# It prints nothing:
# hangs: yes
