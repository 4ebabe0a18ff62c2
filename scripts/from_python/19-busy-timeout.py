# SPDX-License-Identifier: MIT
# The limit passes, but the loop has no turn to see it.
import asyncio

async def search():
    while True:
        pass

async def main():
    try:
        async with asyncio.timeout(0.01):
            await search()
    except TimeoutError:
        print("not found in time")

asyncio.run(main())

# It prints nothing:
# hangs: yes
