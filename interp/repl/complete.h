// SPDX-License-Identifier: MIT
//
// Completion: what could stand where the cursor is. Looks at names, values and their members, and runs no
// script code: a property is offered, never asked.
#ifndef CONC_REPL_COMPLETE_H
#define CONC_REPL_COMPLETE_H

#include "vm/session.h"

typedef struct Completion {
    size_t start; // where the word begins that is to be completed
    bool path;    // it is a path in a string: the candidates are the files that there are
    char **items; // sorted, each once; malloc'ed
    size_t count, capacity;
} Completion;

// `text` ends, with a NUL, where the cursor is; it is all of the input up to there. Of the main thread, attached.
void complete(const Session *session, const char *text, size_t size, Completion *out);
void completion_free(Completion *completion);

#endif
