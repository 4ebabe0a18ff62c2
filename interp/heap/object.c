// SPDX-License-Identifier: MIT
//
// The slow paths of the tiny lock (U. Drepper, "Futexes are tricky", mutex 2): 0 free, 1 held, 2 held
// and somebody may sleep. Who holds it is busy for the length of one C operation, so a waiter spins
// a little before it sleeps. It looks ever more rarely (exponential backoff): each look takes the object's
// cache line from a thread that may well work on the object a few times in a row meanwhile, which is
// quicker for both than turn and turn about.
#include "heap/object.h"

#include "base/os.h"

enum { SPIN_LEAST = 8, SPIN_MOST = 128 };

static bool object_lock_spin(Object *object) {
    for (int turns = SPIN_LEAST; turns <= SPIN_MOST; turns *= 2) {
        for (int i = 0; i < turns; i++)
            spin_hint();
        uint32_t free = 0;
        if (load_relaxed(&object->lock) == 0 && cas_acquire(&object->lock, &free, 1))
            return true;
    }
    return false;
}

void object_lock_slow(Object *object) {
    if (object_lock_spin(object))
        return;
    while (exchange_acquire(&object->lock, 2) != 0)
        os_futex_wait(&object->lock, 2, UINT64_MAX);
}

void object_unlock_slow(Object *object) { os_futex_wake(&object->lock, 1); }
