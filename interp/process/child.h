// SPDX-License-Identifier: MIT
//
// The child's side of a spawn: what is rebuilt after the fork, the run of the call, the way home.
#ifndef CONC_PROCESS_CHILD_H
#define CONC_PROCESS_CHILD_H

#include "sync/handle.h"

// In the forked child, first thing: runs the handle's call and ends the process. `forker` is the fiber
// that forked, `home` the child's end of the socket.
_Noreturn void child_run(Fiber *forker, Handle *handle, int home);

#endif
