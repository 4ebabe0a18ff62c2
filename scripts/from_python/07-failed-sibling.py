# SPDX-License-Identifier: MIT
# gather throws the first error, and leaves the others running.
import asyncio

checked = asyncio.Event()

async def pay():
    await checked.wait()
    print("paid")

async def check():
    raise ValueError("the card has expired")

async def main():
    try:
        await asyncio.gather(pay(), check())
    except ValueError as e:
        print("not paid:", e)
    checked.set()
    await asyncio.sleep(0)

asyncio.run(main())

# It prints:
# expect: not paid: the card has expired
# expect: paid
