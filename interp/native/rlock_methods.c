// SPDX-License-Identifier: MIT
//
// The faces of what is owned beside lock() itself: RLock, RWLock and its two sides, Condition.
#include "native/argument.h"
#include "native/tables.h"
#include "object/error.h"
#include "object/operate.h"
#include "sync/condition.h"
#include "sync/rlock.h"
#include "sync/rwlock.h"

static Value done(bool ok) { return ok ? VALUE_NIL : VALUE_UNDEF; }

// --- RLock ---

static Value construct_rlock(Fiber *fiber, Value *args, int count) {
    (void)args;
    (void)count;
    return value_from_ref(rlock_new(fiber->heap));
}

static Value release_rlock(Fiber *fiber, Value *args, int count) {
    (void)count;
    return done(rlock_release(fiber, value_to_rlock(args[0])));
}

static Value rlock_locked(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return value_from_bool(lock_locked(&value_to_rlock(args[0])->lock));
}

const NativeSpec rlock_constructor = {"RLock", construct_rlock, "", 0,
                                      "A lock that its owner, a thread or task, may acquire again; "
                                      "it is free when it was released as often.\n"
                                      "    let m = RLock()\n"
                                      "    lock m { lock m { print(\"twice\") } }"};

const NativeSpec rlock_methods[] = {
    {"acquire", rlock_acquire, "timeout=nil, blocking=true", NATIVE_WAITS,
     "Takes the lock; waits as long as another holds it. timeout: seconds to wait at most, 0 or "
     "less does not wait (nor does blocking: false); nil waits for ever. Gives true, or false "
     "after the time-out. DeadlockError where the wait would close a circle of waits; LockError, "
     "once, if its owner ended while it held it.\n"
     "    if m.acquire(timeout: 0.5) { m.release() }"},
    {"release", release_rlock, "", 0,
     "Takes back one acquire; the last one frees the lock. LockError if the caller does not hold "
     "it.\n"
     "    m.release()"},
    {"locked", rlock_locked, "", 0,
     "True if anybody holds it now.\n"
     "    print(m.locked())"},
    {0}};

// --- RWLock ---

static Value construct_rwlock(Fiber *fiber, Value *args, int count) {
    (void)args;
    (void)count;
    return value_from_ref(rwlock_new(fiber->heap));
}

static Value read_side(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return slot_get(&value_to_rwlock(args[0])->sides[RWLOCK_READ]);
}

static Value write_side(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return slot_get(&value_to_rwlock(args[0])->sides[RWLOCK_WRITE]);
}

static Value release_side(Fiber *fiber, Value *args, int count) {
    (void)count;
    return done(rwlock_release(fiber, value_to_rwside(args[0])));
}

static Value side_locked(Fiber *fiber, Value *args, int count) {
    (void)count;
    return value_from_bool(rwlock_locked(fiber, value_to_rwside(args[0])));
}

const NativeSpec rwlock_constructor = {
    "RWLock", construct_rwlock, "", 0,
    "A lock for many readers or one writer. Its sides, `read` and `write`, are taken like locks.\n"
    "    let rw = RWLock()\n"
    "    let table = {}\n"
    "    lock rw.write { table[\"a\"] = 1 }\n"
    "    lock rw.read { print(table[\"a\"]) }"};

const NativeSpec rwlock_methods[] = {{"read", read_side, "", NATIVE_GETTER,
                                      "The readers' side, with acquire, release and locked.\n"
                                      "    lock rw.read { print(len(table)) }"},
                                     {"write", write_side, "", NATIVE_GETTER,
                                      "The writers' side, with acquire, release and locked.\n"
                                      "    lock rw.write { table.clear() }"},
                                     {0}};

const NativeSpec rwlock_side_methods[] = {
    {"acquire", rwlock_acquire, "timeout=nil, blocking=true, _=nil", NATIVE_WAITS,
     "Takes this side, in order of arrival, but that a running thread may be faster than a "
     "sleeping "
     "one, for a millisecond at most: the read side together with other readers, the write side "
     "alone. Whoever has either side may read again. timeout: seconds to wait at most, 0 or "
     "less does not wait (nor does blocking: false); nil waits for ever. Gives true, or false "
     "after the time-out. DeadlockError for writing while one reads, for writing again without a "
     "time-out, and where the wait would close a circle of waits; LockError, once, if somebody "
     "ended while holding the lock.\n"
     "    if rw.write.acquire(timeout: 0.5) { rw.write.release() }"},
    {"release", release_side, "", 0,
     "Takes back one acquire of this side. LockError if the caller does not hold it.\n"
     "    rw.read.release()"},
    {"locked", side_locked, "", 0,
     "True if anybody holds this side now.\n"
     "    print(rw.write.locked())"},
    {0}};

// --- Condition ---

static Value construct_condition(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value lock = args[1];
    if (!argument_given(lock))
        lock = value_from_ref(rlock_new(fiber->heap));
    if (!value_is_lock(lock))
        return throw_type(fiber, "a Condition needs a lock or an RLock, not '%s'",
                          value_type_name(fiber_runtime(fiber), lock));
    return value_from_ref(condition_new(fiber->heap, lock));
}

static Value release_condition(Fiber *fiber, Value *args, int count) {
    (void)count;
    return done(condition_release(fiber, value_to_condition(args[0])));
}

static Value notify(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t n;
    if (!argument_int64_or(fiber, args[1], 1, &n))
        return VALUE_UNDEF;
    return done(condition_notify(fiber, value_to_condition(args[0]), n));
}

static Value notify_all(Fiber *fiber, Value *args, int count) {
    (void)count;
    return done(condition_notify(fiber, value_to_condition(args[0]), INT64_MAX));
}

const NativeSpec condition_constructor = {
    "Condition", construct_condition, "lock=nil", 0,
    "For waiting until what a lock guards has changed. lock: a lock or an RLock; nil: an RLock of "
    "its own. `lock c { }` holds it for a block.\n"
    "    let c = Condition()\n"
    "    let items = []\n"
    "    thread { lock c { items.append(1); c.notify() } }\n"
    "    lock c { c.wait_for(fn () => len(items) > 0); items.pop() }"};

const NativeSpec condition_methods[] = {
    {"acquire", condition_acquire, "timeout=nil, blocking=true", NATIVE_WAITS,
     "Takes its lock, as the acquire() of that does.\n"
     "    c.acquire()\n"
     "    c.release()"},
    {"release", release_condition, "", 0,
     "Gives its lock back, as the release() of that does.\n"
     "    c.acquire()\n"
     "    c.release()"},
    {"wait", condition_wait, "timeout=nil, _=nil, _=nil, _=nil, _=nil", NATIVE_WAITS,
     "Lets go of the lock, waits until it is notified, and takes the lock again, also where it "
     "throws. timeout: seconds; nil waits for ever. Gives true, or false after the time-out. "
     "RuntimeError if the caller does not hold the lock.\n"
     "    lock c { while not ready { c.wait() } }"},
    {"wait_for", condition_wait_for, "predicate, timeout=nil, _=nil, _=nil, _=nil, _=nil, _=nil",
     NATIVE_WAITS,
     "Waits until predicate() gives something truthy, and gives that; it is called with the lock "
     "held. After the time-out, in seconds, it gives what predicate() gave last. RuntimeError if "
     "the caller does not hold the lock.\n"
     "    lock c { c.wait_for(fn () => count == 0) }"},
    {"notify", notify, "n=1", 0,
     "Lets n of those who wait go on, in order of arrival, as soon as they have the lock again. "
     "RuntimeError if the caller does not hold the lock.\n"
     "    lock c { c.notify() }"},
    {"notify_all", notify_all, "", 0,
     "All who wait go on. RuntimeError if the caller does not hold the lock.\n"
     "    lock c { c.notify_all() }"},
    {0}};
