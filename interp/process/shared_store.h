// SPDX-License-Identifier: MIT
//
// How the items of a shared queue lie in its area, and all that is counted of it. Items are bytes here
// (process/message.h). Everything is under the area's mutex where not said otherwise.
//
// The whole state is one struct of words, of which there are two: one holds, the other is filled in with
// the next state, and one store makes that the one that holds. What is new has been written where the state
// did not lead yet. So whoever is killed in the middle of a change has made none.
//
// Records lie in a region: a ring (fifo), a stack (lifo) or a log (priority). There is a pair of regions of
// every size from REGION_LEAST on, each twice the one before. A region that has become too small is left for
// a larger one, into which the records are copied; its memory is given back. An empty store goes back to
// the smallest. So there is no limit to an item but the area.
//
// Priority: an index of entries, place and number of a record, in the order of a binary heap by
// message_order, the oldest first among equals. Where that cannot tell, the index becomes a sorted list,
// least last, and whoever puts says where (as in sync/store.h).
#ifndef CONC_PROCESS_SHARED_STORE_H
#define CONC_PROCESS_SHARED_STORE_H

#include "sync/area.h"
#include "sync/queue.h"

typedef struct StoreState {
    uint64_t length;     // items
    uint64_t unfinished; // items put and not yet done with
    uint64_t closed;
    uint64_t region; // size class << 1 | which of the pair
    uint64_t head,
        tail;        // fifo: count up for ever; else head is 0, and tail where the next record goes
    uint64_t live;   // bytes of the records that are in
    uint64_t number; // priority: of the next item
    uint64_t version; // priority: counts changes
    uint64_t index;   // priority: which of the two indices
    uint64_t sorted;  // priority: it is a sorted list
    uint64_t journal; // entries of the journal that are to be written to the index still
} StoreState;

typedef enum StorePut {
    STORE_PUT,
    STORE_NO_ROOM, // the area is full
    STORE_PLAN,    // priority: it has to be said where, or what was said does not hold
} StorePut;

// Where an item goes in a sorted list; holds as long as the version is the same.
typedef struct StorePlan {
    bool made;
    uint64_t version;
    size_t place;
} StorePlan;

enum { STORE_LEAST = 1 << 20 }; // bytes of an area's data, at least

void shared_store_init(Area *area, QueueOrder order, uint64_t maxsize);
// The state that holds, whole again after whoever was killed. It stands until the next change.
const StoreState *shared_store_state(Area *area);
uint64_t shared_store_maxsize(Area *area); // constant, 0: unbounded
QueueOrder shared_store_order(Area *area); // constant
// Without the mutex: how many items there are at most, and whether it is closed. Out of date at once.
uint64_t shared_store_glance(Area *area, bool *closed);

// Puts an item in, whatever maxsize says. plan: NULL, or for STORE_PLAN.
StorePut shared_store_put(Area *area, const char *data, size_t size, const StorePlan *plan);
size_t shared_store_next_size(Area *area);     // of the next item; there is one
void shared_store_take(Area *area, char *out); // the next item; there is one
void shared_store_done(Area *area);            // one less is unfinished; there is one
void shared_store_close(Area *area);

// For plans: the item at a place of the index.
size_t shared_store_item_size(Area *area, size_t place);
void shared_store_item(Area *area, size_t place, char *out);

#endif
