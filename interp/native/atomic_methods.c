// SPDX-License-Identifier: MIT
//
// The faces of Atomic and Local. The fields of a Local are found by vm/member.c.
#include "native/tables.h"
#include "object/error.h"
#include "object/operate.h"
#include "object/str.h"
#include "process/shared_atomic.h"
#include "sync/atomic_value.h"
#include "sync/fiber_local.h"

// --- Atomic ---

static Value construct_atomic(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value v = args[1] == VALUE_UNDEF ? value_from_int(0) : args[1];
    if (args[2] != VALUE_UNDEF && value_truth(fiber, args[2]))
        return shared_atomic_new(fiber, v);
    return value_from_ref(atomic_value_new(fiber->heap, v));
}

static Value get(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return slot_get(&value_to_atomic(args[0])->value);
}

static Value set(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    atomic_value_swap(value_to_atomic(args[0]), args[1]);
    return VALUE_NIL;
}

static Value add(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value n = args[1] == VALUE_UNDEF ? value_from_int(1) : args[1];
    return atomic_value_add(fiber, value_to_atomic(args[0]), n);
}

static Value swap(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return atomic_value_swap(value_to_atomic(args[0]), args[1]);
}

static Value compare_swap(Fiber *fiber, Value *args, int count) {
    (void)count;
    return atomic_value_compare_swap(fiber, args);
}

// --- Atomic between processes ---

static Value shared_get(Fiber *fiber, Value *args, int count) {
    (void)count;
    return shared_atomic_get(fiber, args);
}

static Value shared_set(Fiber *fiber, Value *args, int count) {
    (void)count;
    return shared_atomic_set(fiber, args, args[1]) ? VALUE_NIL : VALUE_UNDEF;
}

static Value shared_add(Fiber *fiber, Value *args, int count) {
    (void)count;
    return shared_atomic_add(fiber, args, args[1] == VALUE_UNDEF ? value_from_int(1) : args[1]);
}

static Value shared_swap(Fiber *fiber, Value *args, int count) {
    (void)count;
    return shared_atomic_swap(fiber, args, args[1]);
}

static Value shared_compare_swap(Fiber *fiber, Value *args, int count) {
    (void)count;
    return shared_atomic_compare_swap(fiber, args);
}

const NativeSpec atomic_constructor = {
    "Atomic", construct_atomic, "value=0, shared=false", 0,
    "A value that threads change in single steps. shared: processes that are spawned later, too; "
    "the value travels as a copy.\n"
    "    let hits = Atomic(0)\n"
    "    thread { hits.add(1) }"};

#define GET_DOC                                                                                    \
    "The value.\n"                                                                                 \
    "    print(hits.get())"
#define SET_DOC                                                                                    \
    "Stores a value.\n"                                                                            \
    "    hits.set(0)"
#define ADD_DOC                                                                                    \
    "Adds n, and gives the new value. TypeError unless both are numbers.\n"                        \
    "    let number = hits.add(1)"
#define SWAP_DOC                                                                                   \
    "Stores a value, and gives the old one.\n"                                                     \
    "    let before = hits.swap(0)"
#define COMPARE_SWAP_DOC                                                                           \
    "Stores `new` if the value equals `old`. Gives true if it did.\n"                              \
    "    let state = Atomic(\"free\")\n"                                                           \
    "    state.compare_swap(\"free\", \"taken\")   # true\n"                                       \
    "    state.compare_swap(\"free\", \"taken\")   # false"

const NativeSpec atomic_methods[] = {
    {"get", get, "", 0, GET_DOC},
    {"set", set, "value", 0, SET_DOC},
    {"add", add, "n=1", 0, ADD_DOC},
    {"swap", swap, "value", 0, SWAP_DOC},
    {"compare_swap", compare_swap, "old, new, _=nil", 0, COMPARE_SWAP_DOC},
    {0}};

const NativeSpec shared_atomic_methods[] = {
    {"get", shared_get, "", 0, GET_DOC},
    {"set", shared_set, "value", 0, SET_DOC},
    {"add", shared_add, "n=1", 0, ADD_DOC},
    {"swap", shared_swap, "value", 0, SWAP_DOC},
    {"compare_swap", shared_compare_swap, "old, new, _=nil", 0, COMPARE_SWAP_DOC},
    {0}};

// --- Local ---

static Value construct_local(Fiber *fiber, Value *args, int count) {
    (void)args;
    (void)count;
    return value_from_ref(fiber_local_new(fiber));
}

static Str *value_name(Fiber *fiber) { return fiber_runtime(fiber)->names[NAME_value]; }

static Value get_local(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value v = fiber_local_get(fiber, value_to_fiber_local(args[0]), value_name(fiber));
    if (v != VALUE_UNDEF)
        return v;
    return args[1] == VALUE_UNDEF ? VALUE_NIL : args[1];
}

static Value set_local(Fiber *fiber, Value *args, int count) {
    (void)count;
    bool ok = fiber_local_set(fiber, value_to_fiber_local(args[0]), value_name(fiber), args[1]);
    return ok ? VALUE_NIL : VALUE_UNDEF;
}

const NativeSpec local_constructor = {
    "Local", construct_local, "", 0,
    "An object whose fields every thread and every task has of its own; a process starts with "
    "those of the thread that spawned it. Reading a field that was not set here is an "
    "AttributeError.\n"
    "    let here = Local()\n"
    "    here.user = \"ann\""};

const NativeSpec local_methods[] = {{"get", get_local, "default=nil", 0,
                                     "The field `value`, or `default` where it was not set here.\n"
                                     "    print(here.get())"},
                                    {"set", set_local, "value", 0,
                                     "Sets the field `value`.\n"
                                     "    here.set(1)"},
                                    {0}};
