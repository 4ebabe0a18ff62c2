// SPDX-License-Identifier: MIT
//
// Items of shared queues on their way between values and the bytes of a store. A value that is packed once
// and has to wait is kept packed, in an object that no script sees; likewise one that was taken out under a
// mutex, where no script may run: it is opened afterwards.
#ifndef CONC_PROCESS_SHARED_ITEM_H
#define CONC_PROCESS_SHARED_ITEM_H

#include "process/message.h"
#include "process/shared_store.h"
#include "sync/shared.h"

typedef struct SharedItem {
    const char *data;
    size_t size;
    Text text;                 // where the bytes are, if they are many
    char small[MESSAGE_SMALL]; // or few
} SharedItem;

// Packs `v`, or takes what was packed already. False with TypeError or MemoryError. shared_item_free it.
bool shared_item_pack(Fiber *fiber, const Shared *shared, Value v, SharedItem *item);
// What stands for `v`, which was packed so, in the native's arguments from now on.
Value shared_item_keep(Fiber *fiber, const SharedItem *item, Value v);
void shared_item_free(SharedItem *item);

// The area is held, and not empty: takes the next item out. A value, or a packed one. UNDEF with MemoryError:
// it is in still.
Value shared_item_take(Fiber *fiber, Area *area);
// The value of what shared_item_take gave. S. UNDEF with the error.
Value shared_item_open(Fiber *fiber, Value packed);
// The same of bytes.
Value shared_item_unpack(Fiber *fiber, const char *data, size_t size);

#endif
