// SPDX-License-Identifier: MIT
//
// Watcher: what a Vm has to look after its child processes: to read what they send, reap them, and wake who waits for
// them. A thread that has nothing else to do does that, or a pthread (watcher_turn.c). That one is no thread of
// the world: the watch touches no heap object but the tiny lock and the queue of a handle, under its own mutex,
// which the collector and fork take too.
//
//   Child:   RUNNING --socket closed, reaped (watcher)--> GONE --message read (settle)--> freed
//            RUNNING --whole result has come (watcher)--> GONE, and another one that is LEAVING --reaped--> freed
//
// A child that has sent its result whole does nothing any more but exit: nobody waits for the kernel to take its
// memory down. Not so one with objects that processes share, whose end has to be told first.
// A RUNNING child roots its handle; a GONE one holds it weakly: once the handle cannot be reached any
// more, an error that it ended with is reported by the main thread.
#ifndef CONC_PROCESS_WATCHER_H
#define CONC_PROCESS_WATCHER_H

#include <sys/types.h>

#include "base/mutex.h"
#include "base/text.h"
#include "sync/registry.h"

typedef struct Child {
    struct Child *next, *previous; // Watcher.children
    Handle *handle;                // NULL: collected
    pid_t pid;
    uint64_t member; // its number in the family (sync/family.h); 0: in none
    int fd;          // the parent's end of the socket; -1: closed
    bool reaping;    // its pid may stand for nobody or another any moment: no more signals
    bool gone;
    bool leaving; // has sent its result, and has to be reaped yet; without a handle
    bool detached;
    bool quiet;   // no source outside: process_background
    bool at_once; // the watcher settles it: the handle was not kept, or it is a member of a group
    bool told;    // has been sent SIGTERM as the script ends
    int status;   // of waitpid, once gone
    Text message; // what it has sent; once it is gone, its taker's
} Child;

typedef struct Watcher {
    World *world;
    Mutex mutex; // guards the list and the children
    Child *children;
    bool any_leaving; // of who does the watch, as is
    int pause;        // how long to wait for who leaves: milliseconds
    int epoll, bell;  // the bell: an eventfd, to end a turn
    Thread *
        duty; // the thread that does the watch while it sleeps; else NULL. Changed by itself, attached
    uint64_t due,
        look_at;         // the duty's own: when it goes to the pthread; when to look next (os_now)
    bool running;        // the pthread does the watch, from here on
    _Atomic bool ending; // it is to end
    pthread_t pthread;
} Watcher;

// The Vm's watcher, made at the first call; from here on somebody does the watch, who sees what is added after it has
// been woken (watcher_tell). NULL with errno. `thread` is the caller's; the world is stopped.
Watcher *watcher_of(Thread *thread);
// Watches a new child; `fd` is this side's end of its socket. The watcher's mutex is held. NULL with errno.
Child *watcher_add(Watcher *watcher, Handle *handle, pid_t pid, int fd, bool at_once);
// Sends a signal. False where the child has ended. `child` may be NULL.
bool watcher_signal(Watcher *watcher, Handle *handle, int signal);
// The child is no source outside (world_external_end) any more. False where it has ended.
bool watcher_quiet(Watcher *watcher, Handle *handle);
// Takes a gone child out of the list: the caller, and only it, settles and frees it. NULL: not gone, or
// somebody else has it.
Child *watcher_take(Watcher *watcher, Handle *handle);
Child *watcher_take_any(Watcher *watcher);  // any gone child whose handle is there still
Child *watcher_take_lost(Watcher *watcher); // one whose handle was collected
void child_free(Child *child);
// After watcher_add by another than the one on duty: it is woken.
void watcher_tell(Watcher *watcher, const Thread *thread);
void watcher_free(Watcher *watcher);
// In a forked child: closes all descriptors, forgets all children.
void watcher_after_fork(Watcher *watcher);

// --- for watcher.c and watcher_turn.c ---
// Under the mutex, all three.
void child_link(Watcher *watcher, Child *child);
void child_unlink(Watcher *watcher, Child *child);
bool child_has_sent_result(const Child *child);
bool watcher_reap(Watcher *watcher, int options); // of who leaves; true while some are left
// `thread`, or the one that it is already, or the pthread. False with errno. As watcher_of.
bool watcher_on_duty(Watcher *watcher, Thread *thread);
void watcher_end(Watcher *watcher); // the pthread
extern const WatchHooks watcher_hooks;

// spawn.c: ends the handle of a gone child by what it has sent; frees the child. S.
void child_settle(Fiber *fiber, Child *child);

#endif
