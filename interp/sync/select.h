// SPDX-License-Identifier: MIT
//
// Select: a choice between waiting calls. Exactly one takes effect.
//
// A case is a waiting call in parts (sync/wait.h) with its bound arguments and a waiter of its own. The
// fiber has one wait for all of them: whoever claims it by one of the waiters decides, and the others are
// taken out of their queues. First each case is tried, in random order, so that among several that can
// go on the choice is fair; then the wait is armed and the waiters enter their queues one after another;
// one that could go on meanwhile does so if the wait can still be taken back. (After Go's selectgo.)
#ifndef CONC_SYNC_SELECT_H
#define CONC_SYNC_SELECT_H

#include "base/text.h"
#include "object/list.h"
#include "sync/wait.h"

typedef struct SelectCase {
    Object header;
    const WaitOps *ops;
    uint64_t deadline; // of this call; while it waits
    Waiter waiter;
    int count;    // of args, without the receiver
    Value args[]; // as the native takes them: args[0] the receiver
} SelectCase;

typedef struct Select {
    Object header;
    List *cases;
    Value value; // what the chosen call gave
} Select;

extern const Kind select_kind, select_case_kind;

// A case of the waiting call `ops`, with args[0 .. count], the receiver first.
SelectCase *select_case_new(LocalHeap *heap, const WaitOps *ops, const Value *args, int count);
// The select of a list of cases.
Select *select_new(LocalHeap *heap, List *cases);

// Native protocol. args[0] the select, args[1] whether there is an `else`. The number of the case that
// took effect, or -1: nothing could, and there is an `else`. UNDEF with what the case threw.
Value select_wait(Fiber *fiber, Value *args, int count);
// What the chosen call gave: args[0] is the select.
Value select_value(Fiber *fiber, Value *args, int count);
// In a forked child: `fiber`, which is gone, waits no more; a lock that was handed to it is abandoned.
void select_leave_behind(Select *select, Fiber *fiber);
// "an item in a queue (get) or the end of a sleep", for reports.
void select_describe(Select *select, Text *out);

#endif
