# SPDX-License-Identifier: MIT
# The item is in the queue, and the loop sleeps on.
import asyncio
import sys
from threading import Event, Thread

sys.setswitchinterval(10)  # no thread is interrupted: so it goes wrong every time

def produce(items, loop):
    asleep = Event()
    # The last that the loop does before it sleeps:
    loop.call_soon_threadsafe(loop.call_later, 0.05, asleep.set)
    asleep.wait()
    items.put_nowait("an item")

async def main():
    items = asyncio.Queue()
    Thread(target=produce, args=[items, asyncio.get_running_loop()]).start()
    print("got", await items.get())

asyncio.run(main())

# It prints nothing:
# hangs: yes
