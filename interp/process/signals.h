// SPDX-License-Identifier: MIT
//
// Signals of the process: Ctrl-C, SIGTERM, and in a child the loss of its parent. Handlers do no more
// than set bits of the main thread's poll word and wake it; the thread answers where it looks next:
//
//   SIGINT   POLL_INTERRUPT: Interrupted is thrown in the main thread. One more press before that was
//            answered, or while the script ends already, ends the process at once (status 130).
//   SIGTERM  POLL_TERMINATE: the main fiber is cancelled, and a task that the main thread runs or sleeps for.
//            The second one ends the process at once, unless it is a child.
//   SIGIO    in a child: its socket to the parent: the parent is gone (as SIGTERM, and SIGALRM ends the
//            child 2 s later), or has detached it.
//   SIGQUIT  POLL_SHOW: what runs, and what each waits for, is printed to standard error.
//   SIGPIPE  ignored: writing gives EPIPE.
#ifndef CONC_PROCESS_SIGNALS_H
#define CONC_PROCESS_SIGNALS_H

#include "sched/world.h"

// Signals go to this world's main thread from now on. A process has one such world at a time; Vms that
// are embedded elsewhere do without.
void signals_install(World *world);
// What conc does with a signal that the script has no handler for (any more).
void signals_default(int signal);
// Back to what the system does by default (SIGPIPE stays ignored). Before the world is freed.
void signals_remove(void);
// In a forked child, on its only thread: the same for the child, and watches `home`, its socket to its
// parent.
void signals_after_fork(World *world, int home);
// Ends this process by `signal`, as if nobody had caught it.
_Noreturn void signals_die(int signal);

#endif
