// SPDX-License-Identifier: MIT
//
// Handlers of signals that a script has set with on_signal(). A handler runs on a thread of its own, as
// if it had been started by a statement `thread handler(name)`: it interrupts nobody, may take locks that
// others hold, and an error in it is printed. (A signal handler in the main thread, as Python has it,
// deadlocks when it wants what the main thread holds.)
//
// One pthread of the Vm waits for such signals; it is made at the first handler. As long as a handler is
// set, something outside may still change everything, so no total deadlock is reported.
#ifndef CONC_PROCESS_HANDLERS_H
#define CONC_PROCESS_HANDLERS_H

#include "object/function.h"

// Sets the handler of a signal; nil takes it away, and the signal does again what it does by default.
// The handler that was set before, or nil. UNDEF with the error: TypeError for what cannot be called,
// ValueError for SIGKILL, SIGSTOP and signals that stand for a fault of the program itself.
Value handlers_set(Fiber *fiber, int signal, Value handler);
// The end of the Vm: ends the pthread.
void handlers_free(World *world);
// In a forked child: the handlers are the parent's, the pthread is made anew.
void handlers_after_fork(World *world);

#endif
