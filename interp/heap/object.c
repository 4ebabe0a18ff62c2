// SPDX-License-Identifier: MIT
//
// The slow paths of the tiny lock (U. Drepper, "Futexes are tricky", mutex 2): 0 free, 1 held, 2 held
// and somebody may sleep. Who holds it is busy for the length of one C operation, so a waiter spins
// a little before it sleeps.
#include "heap/object.h"

#include "base/os.h"

enum { SPINS = 60 };

static bool object_lock_spin(Object *object) {
    for (int i = 0; i < SPINS; i++) {
        uint32_t free = 0;
        if (load_relaxed(&object->lock) == 0 && cas_acquire(&object->lock, &free, 1))
            return true;
        spin_hint();
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
