# SPDX-License-Identifier: MIT
# The handler that was to catch errors catches the cancel.
import asyncio

async def poll():
    while True:
        try:
            await asyncio.sleep(60)
        except:
            print("failed, try again")

async def main():
    task = asyncio.create_task(poll())
    await asyncio.sleep(0)
    task.cancel()
    await task

asyncio.run(main())

# It prints:
# expect: failed, try again
# hangs: yes
