// SPDX-License-Identifier: MIT
//
// Processes: spawn forks with the world stopped; the child runs the call and sends its result back
// through a socket, as a checked message; a watcher thread of the parent reads the sockets and reaps
// the children; whoever looks at a handle next reads the message and ends the handle.
//
// One socket pair a child serves both ways: the child's end carries the message; the parent's end is the
// child's lifeline: when it closes, as the parent has ended, however it did, the child ends too, unless
// it was detached.
//
// Calls from below: sync/registry.h ProcessHooks. Nothing here has to be set up before the first start.
#ifndef CONC_PROCESS_SPAWN_H
#define CONC_PROCESS_SPAWN_H

#include "sync/handle.h"

// Starts `callee(args...)` in a child process; the Process instance, or UNDEF with the error (OSError).
// May collect (it stops the world): args are in the caller's rooted window.
Value process_start(Fiber *fiber, Value callee, const Value *args, int count, bool dropped);
// The same for an instance made by Process(f, ...) or of a class that extends Process. False with the error.
bool process_start_handle(Fiber *fiber, Handle *handle);

// Sends a signal. False, and nothing happens, where the process has ended (or was not started).
bool process_signal(Fiber *fiber, Handle *handle, int signal);
// The number of a signal's name ("SIGTERM", "TERM") or number. -1 with ValueError or TypeError; UNDEF is SIGTERM.
int process_signal_number(Fiber *fiber, Value signal);
// The end of the script does not wait for it, and ends it; nobody has to pick up its error; nor does it keep anybody from being told of a
// deadlock. A worker of a ProcessPool; who waits for it has a time-out.
void process_background(Fiber *fiber, Handle *handle);
// After handle_detach: tells the child that it is to outlive its parent.
void process_detach(Fiber *fiber, Handle *handle);
// The end of the Vm: ends the watcher. No child of this Vm is waited for.
void processes_free(World *world);

#endif
