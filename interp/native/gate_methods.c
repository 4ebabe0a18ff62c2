// SPDX-License-Identifier: MIT
//
// The faces of semaphores, events, latches and barriers (sync/gate.h).
#include "base/translate.h"
#include "native/argument.h"
#include "native/tables.h"
#include "object/error.h"
#include "object/operate.h"
#include "sync/barrier.h"
#include "sync/event.h"
#include "sync/latch.h"
#include "sync/semaphore.h"

// --- what they share ---

// Gives a new gate the name of its constructor's argument. The gate, or UNDEF with TypeError.
static Value named(Fiber *fiber, Gate *gate, Value name) {
    if (argument_given(name) && !value_is_str(name))
        return throw_type(fiber, "name must be a str, not '%s'",
                          value_type_name(fiber_runtime(fiber), name));
    if (argument_given(name))
        slot_set(&gate->name, name);
    return value_from_ref(gate);
}

static Value name(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return slot_get(&value_to_gate(args[0])->name);
}

static Value set_name(Fiber *fiber, Value *args, int count) {
    (void)count;
    return named(fiber, value_to_gate(args[0]), args[1]) == VALUE_UNDEF ? VALUE_UNDEF : VALUE_NIL;
}

#define NAME_ROWS(example)                                                                         \
    {"name", name, "", NATIVE_GETTER,                                                              \
     "A str for people and reports, or nil. Can be set.\n"                                         \
     "    " example},                                                                              \
    {                                                                                              \
        "name", set_name, "name", NATIVE_SETTER,                                                   \
            "Sets the name, a str. TypeError for anything "                                        \
            "else."                                                                                \
    }

// A number of at least `least`. False with TypeError, or ValueError with `message`.
static bool take_count(Fiber *fiber, Value v, int64_t fallback, int64_t least, const char *message,
                       int64_t *count) {
    if (!argument_int64_or(fiber, v, fallback, count))
        return false;
    if (*count >= least)
        return true;
    throw_value(fiber, "%s", translate(message));
    return false;
}

// --- Semaphore, BoundedSemaphore ---

static Value make_semaphore(Fiber *fiber, const Value *args, bool bounded) {
    int64_t permits;
    if (!take_count(fiber, args[1], 1, 0, "semaphore initial value must be >= 0", &permits))
        return VALUE_UNDEF;
    return named(fiber, &semaphore_new(fiber->heap, permits, bounded)->gate, args[2]);
}

static Value construct_semaphore(Fiber *fiber, Value *args, int count) {
    (void)count;
    return make_semaphore(fiber, args, false);
}

static Value construct_bounded(Fiber *fiber, Value *args, int count) {
    (void)count;
    return make_semaphore(fiber, args, true);
}

static Value release(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t permits;
    if (!take_count(fiber, args[1], 1, 1, "n must be one or more", &permits))
        return VALUE_UNDEF;
    bool ok = semaphore_release(fiber, value_to_semaphore(args[0]), permits);
    return ok ? VALUE_NIL : VALUE_UNDEF;
}

static Value permits(Fiber *fiber, Value *args, int count) {
    (void)count;
    return integer_from_int64(fiber->heap, load_relaxed(&value_to_semaphore(args[0])->permits));
}

static Value locked(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return value_from_bool(load_relaxed(&value_to_semaphore(args[0])->permits) == 0);
}

const NativeSpec semaphore_constructor = {
    "Semaphore", construct_semaphore, "value=1, name=nil", 0,
    "A number of permits, `value`, for that many at a time. `lock s { }` takes one for the block, "
    "or waits for it. ValueError for a negative value.\n"
    "    let s = Semaphore(3)\n"
    "    lock s { print(\"one of three\") }"};

const NativeSpec bounded_semaphore_constructor = {
    "BoundedSemaphore", construct_bounded, "value=1, name=nil", 0,
    "A Semaphore whose release() throws ValueError where it would have more than `value` permits.\n"
    "    let s = BoundedSemaphore(3)"};

const NativeSpec semaphore_methods[] = {
    {"acquire", semaphore_acquire, "timeout=nil, blocking=true", NATIVE_WAITS,
     "Takes a permit; waits while there is none, in order of arrival, but that a running thread "
     "may "
     "be faster than a sleeping one, for a millisecond at most. timeout: seconds to wait at most, "
     "0 "
     "or less does not wait (nor does blocking: false); nil waits for ever. Gives true, or false "
     "after the time-out.\n"
     "    if s.acquire(timeout: 0.5) { s.release() }"},
    {"release", release, "n=1", 0,
     "Gives n permits back, whoever took them. ValueError for n below 1, and where a "
     "BoundedSemaphore would have more than at its start.\n"
     "    s.release()"},
    {"locked", locked, "", 0,
     "True if no permit is left now.\n"
     "    print(s.locked())"},
    {"value", permits, "", NATIVE_GETTER,
     "How many permits are left now.\n"
     "    print(s.value)"},
    NAME_ROWS("Semaphore(2, name: \"disk\")"),
    {0}};

const NativeSpec bounded_semaphore_methods[] = {{0}};

// --- Event ---

static Value construct_event(Fiber *fiber, Value *args, int count) {
    (void)count;
    return named(fiber, &event_new(fiber->heap)->gate, args[1]);
}

static Value is_set(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return value_from_bool(load_acquire(&value_to_event(args[0])->set));
}

static Value set(Fiber *fiber, Value *args, int count) {
    (void)count;
    event_change(fiber, value_to_event(args[0]), true);
    return VALUE_NIL;
}

static Value clear(Fiber *fiber, Value *args, int count) {
    (void)count;
    event_change(fiber, value_to_event(args[0]), false);
    return VALUE_NIL;
}

const NativeSpec event_constructor = {"Event", construct_event, "name=nil", 0,
                                      "A flag that one can wait for; it is not set at first.\n"
                                      "    let ready = Event()\n"
                                      "    thread { ready.wait(); print(\"go\") }\n"
                                      "    ready.set()"};

const NativeSpec event_methods[] = {
    {"wait", event_wait, "timeout=nil", NATIVE_WAITS,
     "Waits until the flag is set. timeout: seconds to wait at most, 0 or less only looks; nil "
     "waits for ever. Gives true, or false after the time-out.\n"
     "    if not ready.wait(timeout: 2) { print(\"too slow\") }"},
    {"set", set, "", 0,
     "Sets the flag; all who wait go on.\n"
     "    ready.set()"},
    {"clear", clear, "", 0,
     "The flag is not set any more.\n"
     "    ready.clear()"},
    {"is_set", is_set, "", 0,
     "True if the flag is set.\n"
     "    print(ready.is_set())"},
    NAME_ROWS("Event(name: \"ready\")"),
    {0}};

// --- Latch ---

static Value construct_latch(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t n;
    if (!take_count(fiber, args[1], 0, 0, "latch count must be >= 0", &n))
        return VALUE_UNDEF;
    return named(fiber, &latch_new(fiber->heap, n)->gate, args[2]);
}

static Value count_down(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t n;
    if (!take_count(fiber, args[1], 1, 1, "n must be one or more", &n))
        return VALUE_UNDEF;
    latch_count_down(fiber, value_to_latch(args[0]), n);
    return VALUE_NIL;
}

static Value latch_left(Fiber *fiber, Value *args, int count) {
    (void)count;
    return integer_from_int64(fiber->heap, load_relaxed(&value_to_latch(args[0])->count));
}

const NativeSpec latch_constructor = {
    "Latch", construct_latch, "count, name=nil", 0,
    "A count that only goes down; whoever waits goes on once it is 0. ValueError for a negative "
    "count.\n"
    "    let done = Latch(3)\n"
    "    for i in 0..3 { thread { work(i); done.count_down() } }\n"
    "    done.wait()"};

const NativeSpec latch_methods[] = {
    {"count_down", count_down, "n=1", 0,
     "Counts down by n; at 0 all who wait go on, and the count stays 0. ValueError for n below 1.\n"
     "    done.count_down()"},
    {"wait", latch_wait, "timeout=nil", NATIVE_WAITS,
     "Waits until the count is 0. timeout: seconds to wait at most, 0 or less only looks; nil "
     "waits for ever. Gives true, or false after the time-out.\n"
     "    done.wait()"},
    {"count", latch_left, "", NATIVE_GETTER,
     "How often it has to be counted down still.\n"
     "    print(done.count)"},
    NAME_ROWS("Latch(3, name: \"done\")"),
    {0}};

// --- Barrier ---

static bool check_action(Fiber *fiber, Value action) {
    if (!argument_given(action) || value_is_callable(action))
        return true;
    throw_type(fiber, "'%s' object is not callable", value_type_name(fiber_runtime(fiber), action));
    return false;
}

static Value or_nil(Value v) { return v == VALUE_UNDEF ? VALUE_NIL : v; }

static Value construct_barrier(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t parties;
    uint64_t ignored;
    if (!take_count(fiber, args[1], 0, 1, "parties must be >= 1", &parties) ||
        !check_action(fiber, args[2]) || !wait_deadline(fiber, args[3], &ignored))
        return VALUE_UNDEF;
    Barrier *barrier = barrier_new(fiber->heap, parties, or_nil(args[2]), or_nil(args[3]));
    return named(fiber, &barrier->gate, args[4]);
}

static Value reset(Fiber *fiber, Value *args, int count) {
    (void)count;
    barrier_break(fiber, value_to_barrier(args[0]), true);
    return VALUE_NIL;
}

static Value abort_barrier(Fiber *fiber, Value *args, int count) {
    (void)count;
    barrier_break(fiber, value_to_barrier(args[0]), false);
    return VALUE_NIL;
}

static Value parties(Fiber *fiber, Value *args, int count) {
    (void)count;
    return integer_from_int64(fiber->heap, value_to_barrier(args[0])->parties);
}

static Value n_waiting(Fiber *fiber, Value *args, int count) {
    (void)count;
    return integer_from_int64(fiber->heap, barrier_waiting(fiber, value_to_barrier(args[0])));
}

static Value broken(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return value_from_bool(load_acquire(&value_to_barrier(args[0])->broken));
}

const NativeSpec barrier_constructor = {
    "Barrier", construct_barrier, "parties, action=nil, timeout=nil, name=nil", 0,
    "A place where `parties` threads or tasks wait for each other, again and again. action: a "
    "function "
    "that one of them calls before all go on; timeout: seconds, for waits that give none. "
    "ValueError for parties below 1.\n"
    "    let b = Barrier(2)\n"
    "    thread { b.wait() }\n"
    "    b.wait()"};

const NativeSpec barrier_methods[] = {
    {"wait", barrier_wait, "timeout=nil, _=nil", NATIVE_WAITS,
     "Waits until all have come. Gives a number from 0 to parties - 1, another one to each. "
     "Whoever leaves early, by a time-out (seconds) or a cancel, breaks the barrier: all who wait "
     "get BrokenBarrier, and so does whoever comes, until reset(). An error of the action breaks "
     "it, too.\n"
     "    if b.wait(timeout: 10) == 0 { print(\"once for all\") }"},
    {"reset", reset, "", 0,
     "Makes it as new. Those who wait get BrokenBarrier.\n"
     "    b.reset()"},
    {"abort", abort_barrier, "", 0,
     "Breaks it: those who wait, and who come, get BrokenBarrier.\n"
     "    b.abort()"},
    {"parties", parties, "", NATIVE_GETTER,
     "How many it waits for.\n"
     "    print(b.parties)"},
    {"n_waiting", n_waiting, "", NATIVE_GETTER,
     "How many wait now.\n"
     "    print(b.n_waiting)"},
    {"broken", broken, "", NATIVE_GETTER,
     "True if it is broken.\n"
     "    print(b.broken)"},
    NAME_ROWS("Barrier(2, name: \"phase\")"),
    {0}};
