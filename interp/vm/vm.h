// SPDX-License-Identifier: MIT
//
// Vm: one interpreter with all that belongs to it. Several can live in one process.
//
//     Vm *vm = vm_new(&options);
//     int status = vm_run_text(vm, "<string>", text, size);
//     vm_free(vm);
//
// All functions here are for the thread that made the Vm (its main thread).
#ifndef CONC_VM_VM_H
#define CONC_VM_VM_H

#include "object/module.h"
#include "object/runtime.h"
#include "vm/unit.h"
#include "vm/warning.h"
#include "vm/watchdog.h"

typedef struct VmOptions {
    size_t memory_limit; // bytes; 0: a default by the machine's size
    double timeout;      // seconds; 0: none
    bool stress;
    int report; // where uncaught errors and what SIGQUIT asks for are written; 0: standard error
    bool json;  // errors are shown as JSON, one object a line
    bool no_warnings;
    int argument_count; // of `args`
    char *const *arguments;
    // Fills a new Vm with built-in classes, functions and modules (native/install.h).
    void (*install)(Fiber *fiber);
    // The text of a module that is written in conc (stdlib/*.conc), or NULL. May be NULL itself.
    const char *(*embedded_module)(const char *name, size_t *size);
} VmOptions;

typedef struct Vm {
    World *world;
    Heap *heap;
    Runtime *runtime;
    Thread *thread; // the main thread
    Unit *units;    // all compiled texts, newest first; under mutex
    pthread_mutex_t mutex;
    VmOptions options;
    Slot modules; // a Map: path or name to module (import)
    Slot session; // the module of a session (vm/session.h), or nil
    CodeName *builtin_names;
    Watchdog watchdog;
    Warnings warnings;
    bool colour;                               // standard error is a terminal that wants colour
    bool stuck;                                // threads are left that do not end
    _Atomic bool failed;                       // an uncaught error was shown: status 1
    _Atomic bool deadlocked;                   // one of them was a DeadlockError: status 3
    _Atomic int exit_status;                   // asked for by exit(), --timeout; -1: nobody asked
    _Atomic bool prelude_taken, prelude_ready; // vm/prelude.h
} Vm;

Vm *vm_new(const VmOptions *options);
void vm_free(Vm *vm);
static inline Vm *fiber_vm(Fiber *fiber) { return fiber->world->vm; }

enum {
    STATUS_DONE = 0,
    STATUS_ERROR = 1,
    STATUS_USAGE = 2,
    STATUS_DEADLOCK = 3,
    STATUS_TIMEOUT = 124,
    STATUS_INTERRUPT = 130,
    STATUS_TERMINATED = 143
};

// Compiles and runs a script as the program: then waits for what it started, reports what nobody
// picked up. The exit status of section 8.
int vm_run_text(Vm *vm, const char *name, const char *text, size_t size);
// Compiles only; prints diagnostics, warnings among them, to standard error. The status.
int vm_check_text(Vm *vm, const char *name, const char *text, size_t size);
// The same, with the diagnostics as text.
bool vm_compiles(Vm *vm, const char *name, const char *text, size_t size, Text *diagnostics);
// conc -p: runs one expression and prints its value.
int vm_print_expression(Vm *vm, const char *text, size_t size);

// exit(status): the first one counts, for others false. Cancels everything but `caller` (the fiber that
// goes on to throw Cancelled by itself; NULL: the caller is no thread of the script); what has not ended
// 2 s later is ended by force. Any thread, attached or not.
bool script_end(Vm *vm, int status, Fiber *caller);
// The end of the process's main(): frees the Vm, or, where threads are left that do not end, ends the
// process here and now.
void vm_end_process(Vm *vm, int status);

// --- for vm/ itself ---
// How units of this Vm are compiled: its built-ins, `args`.
UnitOptions vm_unit_options(Vm *vm);
int vm_report_fd(const Vm *vm);
// Compiles, and prints the diagnostics to vm_report_fd: then NULL.
Unit *vm_compile(Vm *vm, const char *name, const char *text, size_t size,
                 const UnitOptions *options);
// The unit's top level will be what the fiber starts with. False: an error was reported, and the unit is gone.
bool vm_load_main(Vm *vm, Fiber *fiber, Unit *unit, const char *name);
// Sets the module's global `args`.
void vm_set_arguments(Vm *vm, Fiber *fiber, ModuleObject *module);
// Whether errors are to be coloured: standard error is a terminal that can, and NO_COLOR is not set.
bool vm_colour_wanted(void);
// The whole file, malloc'ed and NUL-terminated. False with errno (EISDIR for a directory).
bool vm_read_file(const char *path, char **text, size_t *size);
// The same to the end of an open one.
bool vm_read_fd(int fd, char **text, size_t *size);

#endif
