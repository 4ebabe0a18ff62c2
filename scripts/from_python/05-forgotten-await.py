# SPDX-License-Identifier: MIT
# Without `await` the call makes a coroutine object, and drops it.
import asyncio

async def save(name):
    print("saving", name)

async def main():
    save("report")
    print("saved")

asyncio.run(main())
