// SPDX-License-Identifier: MIT
//
// Atomics between processes: `Atomic(v, shared: true)`. Its value travels as a copy: what is got is one's own.
//
// The word of its cell is all that a small value needs, the same in every process: a number, nil, true or
// false stands there as in a variable. Any other value lies packed (process/message.h) in one of two
// places of the area, and the word says in which, in the form of a reference that is none:
// version << 1 | place. Such a word never comes again, so it can be compared and swapped like a number.
#ifndef CONC_PROCESS_SHARED_ATOMIC_H
#define CONC_PROCESS_SHARED_ATOMIC_H

#include "sync/shared.h"

typedef struct SharedAtomic {
    Shared shared; // nobody waits for it
} SharedAtomic;

extern const Kind shared_atomic_kind;

// What these throw besides: TypeError for a value that cannot be sent, MemoryError.

// A new one that holds `v`. UNDEF with the error: OSError. May collect.
Value shared_atomic_new(Fiber *fiber, Value v);
// args[0] is the atomic in all that follows; S, as keys of maps and `eq` may be scripts' functions.
Value shared_atomic_get(Fiber *fiber, Value *args);
bool shared_atomic_set(Fiber *fiber, Value *args, Value v);
Value shared_atomic_swap(Fiber *fiber, Value *args, Value v); // gives the old value
// The new value: the old plus `n`, both numbers. UNDEF with TypeError.
Value shared_atomic_add(Fiber *fiber, Value *args, Value n);
// Stores args[2] if the value equals args[1]; args[3] is scratch. True, false; UNDEF with the error.
Value shared_atomic_compare_swap(Fiber *fiber, Value *args);

#endif
