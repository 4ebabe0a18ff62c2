# SPDX-License-Identifier: MIT
# A thread-local belongs to the thread, and so to all its tasks together.
import asyncio
import threading

request = threading.local()

async def serve(user):
    request.user = user
    await asyncio.sleep(0)
    print(user, "sees the page of", request.user)

async def main():
    await asyncio.gather(serve("Ada"), serve("Bob"))

asyncio.run(main())

# It prints:
# expect: Ada sees the page of Bob
# expect: Bob sees the page of Bob
