// SPDX-License-Identifier: MIT
//
// lock(), and the methods of locks: of a process's own ones, and of those that processes share.
#include "native/tables.h"
#include "object/error.h"
#include "object/operate.h"
#include "sync/lock.h"
#include "sync/shared_lock.h"

static Value construct(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (args[1] != VALUE_UNDEF && value_truth(fiber, args[1]))
        return shared_lock_new(fiber);
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

static Value shared_release_lock(Fiber *fiber, Value *args, int count) {
    (void)count;
    return shared_lock_release(fiber, value_to_shared_lock(args[0])) ? VALUE_NIL : VALUE_UNDEF;
}

static Value shared_locked(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return value_from_bool(shared_lock_locked(value_to_shared_lock(args[0])));
}

const NativeSpec lock_constructor = {
    "lock", construct, "shared=false", 0,
    "A new lock: one thread or task at a time holds it, from acquire() to release(), or for the "
    "block of `lock m { }`. shared: processes "
    "that are spawned later have the same lock, not a copy.\n"
    "    let m = lock()\n"
    "    let balance = 0\n"
    "    lock m { balance += 1 }"};

#define ACQUIRE_DOC                                                                                \
    "Takes the lock; waits for it as long as another holds it. timeout: seconds to wait at most, " \
    "0 or less does not wait, nor does blocking: false; nil waits for ever. Gives true, or false " \
    "after the time-out. DeadlockError where the wait could never end: it is one's own already, "  \
    "or it would close a circle of waits. LockError, once, if its owner ended while it held it.\n" \
    "    if m.acquire(timeout: 0.5) { m.release() }"
#define RELEASE_DOC                                                                                \
    "Frees the lock. LockError if the caller does not hold it.\n"                                  \
    "    m.release()"
#define LOCKED_DOC                                                                                 \
    "True if anybody holds it now.\n"                                                              \
    "    print(m.locked())"

const NativeSpec lock_methods[] = {
    {"acquire", lock_acquire, "timeout=nil, blocking=true", NATIVE_WAITS, ACQUIRE_DOC},
    {"release", release, "", 0, RELEASE_DOC},
    {"locked", locked, "", 0, LOCKED_DOC},
    {0}};

const NativeSpec shared_lock_methods[] = {
    {"acquire", shared_lock_acquire, "timeout=nil, blocking=true", NATIVE_WAITS, ACQUIRE_DOC},
    {"release", shared_release_lock, "", 0, RELEASE_DOC},
    {"locked", shared_locked, "", 0, LOCKED_DOC},
    {0}};
