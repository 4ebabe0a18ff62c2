// SPDX-License-Identifier: MIT
//
// Watch: waiting for the ends of several handles at once: gather and first.
//
// Every handle that has not ended gets a link to the watch; its end, a step under the handle's lock, is noted
// in the watch: counted, and kept where it decides. So waiting for n handles costs n steps, however they end. A
// process whose child has gone, but whose message has not been read, makes the waiter look.
// Lock order: the handle's, then the watch's.
#ifndef CONC_SYNC_WATCH_H
#define CONC_SYNC_WATCH_H

#include "object/list.h"
#include "sync/gate.h"
#include "sync/handle.h"

typedef struct Watch {
    Gate gate;         // its only waiter is who called gather or first
    bool any;          // constant: the first end decides (first); else the first failure (gather)
    List *handles;     // constant: instances of Thread, Task and Process
    _Atomic bool over; // nobody waits for it any more: its links can go
    bool look;         // some child has gone, and its handle is to be settled
    uint64_t left;     // handles that have not ended
    Handle *decided;   // by whose end it is over, or NULL
} Watch;

typedef struct WatchLink {
    Object header;
    Watch *watch;
    struct WatchLink *next; // Handle.watches
} WatchLink;

extern const Kind watch_kind, watch_link_kind;

// Native protocol. args[1] an iterable of handles, args[2] the time-out; args[0] is scratch. S.
// gather: the results in order; the first failure cancels the rest and is thrown.
// first: the result or error of the one that ends first; the rest are cancelled.
// What else ends the wait, but for the time-out, cancels all. Errors of the rest need no picking up.
Value watch_gather(Fiber *fiber, Value *args, int count);
Value watch_first(Fiber *fiber, Value *args, int count);
extern const WaitOps watch_gather_wait, watch_first_wait;

// --- for who ends handles; under the handle's lock ---
// It has ended: all who watch it are told. True: one of them is a fiber of `thread`.
bool watch_ended(Handle *handle, bool failed, const Thread *thread);
// Its child has gone. By the watcher of processes.
void watch_gone(Handle *handle);

#endif
