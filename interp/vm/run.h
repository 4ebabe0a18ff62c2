// SPDX-License-Identifier: MIT
//
// Running fibers for the scheduler, and a script from its first call to its exit status.
#ifndef CONC_VM_RUN_H
#define CONC_VM_RUN_H

#include "vm/vm.h"

extern const WorldHooks run_hooks;

enum { END_GRACE = 2 }; // seconds that finally blocks have as a script ends

// Runs the main fiber (whose start is set), waits for what the script started, reports errors that
// nobody picked up. The exit status.
int run_script(Vm *vm, Fiber *fiber);

// The second half of that, for who runs the main fiber by himself: waits for what was started (if `wait`), and
// ends the rest.
int run_end(Vm *vm, Fiber *fiber, bool wait);

// For interpret, whose fiber has to wait: the fiber that is ready and in the middle of script code that it runs
// instead, on the spot; NULL: it returns RUN_WAITS.
Fiber *run_next(Thread *thread);

// WorldHooks.show: prints what runs to standard error.
void run_show(Thread *thread);

#endif
