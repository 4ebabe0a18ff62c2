// SPDX-License-Identifier: MIT
//
// Session: a module that grows text by text, as a REPL needs it. Every text runs to its end on the main
// fiber before the next one is given; what it has started goes on meanwhile, and this thread's tasks
// whenever the main fiber waits.
//
// A Vm has one session at most. All functions are for the Vm's main thread.
#ifndef CONC_VM_SESSION_H
#define CONC_VM_SESSION_H

#include "vm/vm.h"

typedef struct Session {
    Vm *vm;
    Fiber *fiber; // the main fiber
    ModuleObject *module;
} Session;

typedef enum SessionStatus {
    SESSION_DONE,
    SESSION_ERROR,      // it was thrown: fiber->error
    SESSION_REFUSED,    // it does not compile, and nothing has run
    SESSION_INCOMPLETE, // the same, but more text at its end could mend it
} SessionStatus;

Session session_new(Vm *vm);
// The session's names are those of this file: its path is where imports are looked up from.
void session_name(Session *session, const char *path);
// Runs a text; it may declare anew what earlier ones have declared. `name` is how errors call it. With DONE, *result is
// the value of an expression at its end, else nil; it is not rooted. With REFUSED and INCOMPLETE
// `diagnostics` has the errors as text. S.
SessionStatus session_run(Session *session, const char *name, const char *text, size_t size,
                          Value *result, Text *diagnostics);
// What session_run would say of the text: DONE, REFUSED or INCOMPLETE. Runs nothing.
SessionStatus session_check(Session *session, const char *text, size_t size, Text *diagnostics);
// Calls a native on the main fiber, as if under `await`, with one argument, or with none (UNDEF). Its value, or
// UNDEF with the error. S.
Value session_call(Session *session, const NativeSpec *spec, Value argument);
// Writes a text whole (base/writer.h), as what scripts print is, and frees it.
void session_write(Session *session, int fd, Text *text);
// A global of the session, made if need be.
void session_set(Session *session, const char *name, Value v);
// Something asks the script to end: exit() in any thread, SIGTERM.
bool session_is_over(const Session *session);
// The end: waits for what runs still (if `wait`; an interrupt ends the wait), reports errors that nobody has
// picked up, ends the rest. The exit status.
int session_end(Session *session, bool wait);

#endif
