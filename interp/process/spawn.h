// SPDX-License-Identifier: MIT
//
// Processes: spawn forks with the world stopped; the child runs the call and sends its result back
// through a pipe, as a checked message; a watcher thread of the parent (a uv loop of its own) reads
// the pipes, reaps the children and ends their handles.
#ifndef CONC_PROCESS_SPAWN_H
#define CONC_PROCESS_SPAWN_H

#include "sync/handle.h"

// Starts `callee(args...)` in a child process; the Process instance, or UNDEF with the error (OSError).
Value process_start(Fiber *fiber, Value callee, const Value *args, int count, bool dropped);
// The same for an instance made by Process(f, ...) or of a class that extends Process.
bool process_start_handle(Fiber *fiber, Handle *handle);

#endif
