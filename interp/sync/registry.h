// SPDX-License-Identifier: MIT
//
// Registry: what a Vm knows of everything it has started: what runs still, what the end of the script
// has to wait for, and the errors that nobody has picked up yet.
//
//   sync_init(runtime)               once, after runtime_new
//   sync_trace_fiber(fiber, tracer)  from hooks.trace_fiber
//   handles_finish(main)             the top level has ended
//   handles_cancel_all(world, fiber) exit(), --timeout: all else is to end
//   handles_end_all(main, seconds)   the same, and waits a little
//   sync_free(runtime)               before heap_free
#ifndef CONC_SYNC_REGISTRY_H
#define CONC_SYNC_REGISTRY_H

#include "base/mutex.h"
#include "sync/handle.h"

// An error that ended a handle and that no join has thrown.
typedef struct Unpicked {
    struct Unpicked *next, *previous;
    Handle *handle; // weak: NULL once it was collected
    Value error;    // traced
} Unpicked;

// What process/ adds, so that this layer need not know it. NULL until the first spawn.
typedef struct ProcessHooks {
    void (*settle)(Fiber *fiber, Handle *handle); // see handle_settle
    void (*settle_all)(Fiber *fiber);             // all children that have gone, reachable or not
    bool (*terminate)(Fiber *fiber, Handle *handle); // SIGTERM; false: it has ended
    // Calls each(context, handle, pid) for the children that run. The world is stopped.
    void (*each_child)(World *world, void (*each)(void *context, Handle *handle, int64_t pid),
                       void *context);
    // Sends it to the children, detached ones excepted; SIGTERM to each once.
    void (*terminate_all)(World *world, int signal);
    void (*wait_gone)(World *world, uint64_t deadline); // sleeps until no such child is left
} ProcessHooks;

typedef struct Registry {
    World *world;
    Mutex mutex; // guards all below; a leaf
    _Atomic bool
        shared; // a pthread of the Vm that is no thread of the world looks here; it never goes back
    Handle *running; // threads and tasks
    uint32_t running_count;
    uint32_t pending;    // of all kinds: not ended and not detached
    WaitQueue finishers; // fibers that wait for pending to be 0 (or running_count)
    Unpicked *first_unpicked, *last_unpicked; // in the order of the ends
    Value interrupt; // the last Interrupted passed on to the main fiber; the main thread's; traced
    bool all_cancelled; // what starts now is cancelled at once
    _Atomic(const ProcessHooks *) processes;
    struct Watcher *watcher;           // process/watcher.h
    struct Channel *channels;          // process/channel.h
    _Atomic(struct Sharing *) sharing; // sync/shared.h: NULL until the first shared object
    _Atomic bool has_locals;           // a Local has been made: fibers may have fields of it
    _Atomic uint64_t ends;             // Handle.ended_at
    int home;                          // in a child process: its socket to its parent; else -1
    _Atomic(struct SignalHandlers *) signal_handlers; // process/handlers.h
} Registry;

// Registers the kinds and makes the registry: runtime->registry.
void sync_init(Runtime *runtime);
void sync_free(Runtime *runtime);
// What this layer keeps in a fiber: the locks that it holds, its group and timeout blocks.
void sync_trace_fiber(Fiber *fiber, Tracer *tracer);
// `fiber` has ended: what it holds still is abandoned, its Locals' fields are gone. Its own thread.
void sync_fiber_ended(Fiber *fiber);
// In a forked child: what `forker` holds, and its Locals, go over to the new main fiber.
void sync_inherit(Fiber *forker, Fiber *heir);

// The end of the script: waits until all that was started and not detached has ended (this thread's
// tasks run meanwhile), then reports the errors that nobody picked up. False with main->error where
// the wait itself was ended: Interrupted, Cancelled, DeadlockError. *reported: some error was printed.
// `main` is the main fiber of the main thread, outside of any script code.
bool handles_finish(Fiber *main, bool *reported);
// Lets this thread's tasks run for so long, or until no thread or task, or then no process, runs any more. False where a cancel or Ctrl-C has
// ended that. `main` as above.
bool handles_turn(Fiber *main, double seconds);
// The script is to end at once: cancels all threads and tasks but `except` (may be NULL), detached ones and
// those that will start too, and sends SIGTERM to the children. Only the first call does that. Any pthread,
// attached or not.
void handles_cancel_all(World *world, const Fiber *except);
// The same, and waits for at most `seconds`. Then children get SIGKILL. False where threads or tasks
// are left that do not end: the process has to be ended by _exit. What ends meanwhile is not reported.
bool handles_end_all(Fiber *main, double seconds);
// Prints the errors whose handles were collected. At a safepoint of the main thread (POLL_REPORT).
void handles_report_lost(Fiber *main);
// Prints all errors that nobody has picked up. True if there were any. Main thread.
bool handles_report_unpicked(Fiber *main);
// h.detach()
void handle_detach(Fiber *fiber, Handle *handle);

// The caller, a thread of the world, is about to start a pthread that is none and that may come here: to cancel
// all, or with the end of a process.
void registry_share(Registry *registry);

// --- for handle.c, start.c and process/ ---
void registry_add(Registry *registry, Handle *handle);    // a thread or task starts
void registry_remove(Registry *registry, Handle *handle); // it has ended
// The same for processes: the end of the script waits for it; or no more.
void registry_pending(Registry *registry, Handle *handle);
void registry_not_pending(Registry *registry, Handle *handle);
// Keeps `error` until somebody picks it up.
void registry_keep_error(Registry *registry, Handle *handle, Value error);
// Somebody has it, or says that nobody needs to, also of one that has not ended yet.
void registry_picked_up(Registry *registry, Handle *handle);
// In a forked child, before world_after_fork: nothing that the parent started is the child's; nobody waits
// for anything; locks of fibers that are gone are abandoned, but for those that `forker` holds (see sync_inherit).
void sync_after_fork(World *world, Fiber *forker);

static inline Registry *fiber_registry(Fiber *fiber) { return fiber->world->runtime->registry; }

#endif
