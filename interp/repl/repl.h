// SPDX-License-Identifier: MIT
//
// The REPL: reads an input, runs it, prints its value, until there is none.
//
// On a terminal threads, tasks, timers and child processes go on while the prompt waits, and what they print
// appears above it. Ctrl-C ends what runs, never the REPL.
#ifndef CONC_REPL_REPL_H
#define CONC_REPL_REPL_H

#include "repl/reader.h"

// A text that has run without an error.
typedef struct AcceptedInput {
    char *file; // it was loaded from; NULL: it was typed
    Text text;
} AcceptedInput;

typedef struct Repl {
    Session session;
    Reader reader;
    uint32_t input_count;
    AcceptedInput *accepted; // for :save, in order; a file that is loaded again keeps its place
    size_t accepted_count;
    char *loaded; // the file of the last :load, or NULL
    bool over;    // :quit
    bool wait;    // at the end, for what runs still
} Repl;

// Runs `text` first, unless it is NULL, as the file `name`; its names are the REPL's. The exit status.
int repl_run(Vm *vm, const char *name, const char *text, size_t size);

// --- for commands.c ---
// Runs a text as an input; prints its value, or its error. False on an error. `file`: where it was loaded from,
// whose value is nobody's; NULL: it was typed.
bool repl_evaluate(Repl *repl, const char *file, const char *text, size_t size);
// The same, but gives the value (rooted by the caller) in place of printing it.
bool repl_value(Repl *repl, const char *text, size_t size, Value *value);
// Prints v as the value of an input, and keeps it as `_`.
void repl_show(Repl *repl, Value v);
// Prints a line of the REPL's own, whose format is translated (base/translate.h). To standard output.
void repl_say(Repl *repl, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
