// SPDX-License-Identifier: MIT
//
// lock(), and the methods of locks.
#include "native/tables.h"
#include "object/error.h"
#include "object/operate.h"
#include "sync/lock.h"

static Value construct(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (args[1] != VALUE_UNDEF && value_truth(fiber, args[1]))
        return throw_value(
            fiber, "lock(shared: true) is not supported: a child process gets a copy of a lock");
    return value_from_ref(lock_new(fiber->heap));
}

static Value release(Fiber *fiber, Value *args, int count) {
    (void)count;
    return lock_release(fiber, value_to_lock(args[0])) ? VALUE_NIL : VALUE_UNDEF;
}

static Value locked(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return value_from_bool(lock_locked(value_to_lock(args[0])));
}

const NativeSpec lock_constructor = {"lock", construct, "shared=false", 0,
                                     "lock(shared=false): a new lock. Thread and task that acquire "
                                     "it own it until they release it.\n"
                                     "    let m = lock()\n"
                                     "    lock m { balance += 1 }"};

const NativeSpec lock_methods[] = {
    {"acquire", lock_acquire, "timeout=nil", NATIVE_WAITS,
     "acquire(timeout=nil): takes the lock; waits for it as long as another holds it. timeout: "
     "seconds to\n"
     "wait at most, 0 or less does not wait; nil waits for ever. Gives true, or false after the "
     "time-out.\n"
     "DeadlockError where the wait could never end: it is one's own already, or it would close a "
     "circle of\n"
     "waits. LockError, once, if its owner ended while it held it.\n"
     "    if m.acquire(timeout: 0.5) { m.release() }"},
    {"release", release, "", 0,
     "release(): frees the lock. LockError if the caller does not hold it.\n    m.release()"},
    {"locked", locked, "", 0, "locked(): true if anybody holds it now.\n    print(m.locked())"},
    {0}};
