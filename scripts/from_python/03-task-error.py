# SPDX-License-Identifier: MIT
# The task has failed; the program ends well.
import asyncio

async def save(name):
    raise OSError("disk full")

async def main():
    task = asyncio.create_task(save("report"))
    await asyncio.sleep(0)
    print("saved")

asyncio.run(main())
