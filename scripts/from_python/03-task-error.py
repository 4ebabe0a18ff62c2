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

# It prints:
# expect: saved
# expect-error: Task exception was never retrieved
# expect-error: future: <Task finished name='Task-2' coro=<save() done, defined at scripts/from_python/03-task-error.py:5> exception=OSError('disk full')>
# expect-error: Traceback (most recent call last):
# expect-error:   ...
# expect-error: OSError: disk full
