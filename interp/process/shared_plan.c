// SPDX-License-Identifier: MIT
//
// Plans: a binary search in the sorted list, least last, with each item that is compared taken as a copy.
// The store's version says whether it is still the same list.
#include "process/shared_plan.h"

#include <stdlib.h>

#include "base/os.h"
#include "object/operate.h"
#include "object/root.h"

// A copy of the item at a place, while the store is at the plan's version. *there: it is. UNDEF without it,
// or with the error.
static Value item_at(Fiber *fiber, Shared *shared, const StorePlan *plan, size_t place,
                     bool *there) {
    char *bytes = NULL;
    size_t size = 0;
    shared_hold(fiber, shared);
    *there = shared_store_state(shared->area)->version == plan->version;
    if (*there) {
        size = shared_store_item_size(shared->area, place);
        bytes = os_malloc(size);
        shared_store_item(shared->area, place, bytes);
    }
    shared_release(fiber, shared, NULL);
    Value v = *there ? shared_item_unpack(fiber, bytes, size) : VALUE_UNDEF;
    free(bytes);
    return v;
}

// A heap is not searched: one comparison says whether the item can be compared at all.
static size_t plan_begin(Fiber *fiber, Shared *shared, StorePlan *plan) {
    shared_hold(fiber, shared);
    const StoreState *state = shared_store_state(shared->area);
    *plan = (StorePlan){.made = true, .version = state->version};
    size_t high = state->sorted || state->length < 1 ? state->length : 1;
    shared_release(fiber, shared, NULL);
    return high;
}

// The first place before which all are greater: the new item comes after those that are equal to it.
static bool search(Fiber *fiber, Shared *shared, Value mine, size_t high, StorePlan *plan) {
    size_t low = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool there, less;
        uint32_t mark = root_mark(fiber);
        Value other = item_at(fiber, shared, plan, middle, &there);
        if (!there)
            return true; // the plan will not hold
        if (other == VALUE_UNDEF)
            return false;
        root_push(fiber, other);
        bool ok = value_less(fiber, mine, other, "<", &less);
        root_release(fiber, mark);
        if (!ok)
            return false;
        if (less)
            low = middle + 1;
        else
            high = middle;
    }
    plan->place = low;
    return true;
}

bool shared_plan(Fiber *fiber, Shared *shared, const SharedItem *item, StorePlan *plan) {
    size_t high = plan_begin(fiber, shared, plan);
    Value mine = shared_item_unpack(fiber, item->data, item->size);
    if (mine == VALUE_UNDEF)
        return false;
    uint32_t mark = root_mark(fiber);
    root_push(fiber, mine);
    bool ok = search(fiber, shared, mine, high, plan);
    root_release(fiber, mark);
    return ok;
}
