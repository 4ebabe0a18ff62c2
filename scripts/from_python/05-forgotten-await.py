# SPDX-License-Identifier: MIT
# Without `await` the call makes a coroutine object, and drops it.
import asyncio

async def save(name):
    print("saving", name)

async def main():
    save("report")
    print("saved")

asyncio.run(main())

# It prints:
# expect-error: scripts/from_python/05-forgotten-await.py:9: RuntimeWarning: coroutine 'save' was never awaited
# expect-error:   save("report")
# expect-error: RuntimeWarning: Enable tracemalloc to get the object allocation traceback
# expect: saved
