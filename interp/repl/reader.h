// SPDX-License-Identifier: MIT
//
// Reader: one whole input after the other, from whoever sits at the other end. On a terminal lines are edited
// (edit.h), and asked for with a prompt; from a pipe, and on a terminal that can do nothing, they are
// read as they come. While it waits, this thread's tasks run, and all other threads anyway.
#ifndef CONC_REPL_READER_H
#define CONC_REPL_READER_H

#include "vm/session.h"

typedef struct Reader {
    Session *session;
    bool edits;   // with edit.h
    bool prompts; // somebody sees them
} Reader;

typedef enum ReadStatus {
    READ_INPUT,
    READ_NOTHING, // given up with Ctrl-C; what is to be said has been said
    READ_END,     // Ctrl-D, the end of the file, or the script is to end (exit(), SIGTERM)
} ReadStatus;

void reader_open(Reader *reader, Session *session);
void reader_close(Reader *reader);

// An input: a command (`:help`, `?name`), or statements that are complete, or that nothing can complete.
ReadStatus reader_next(Reader *reader, Text *input);
// A line in answer to a question.
ReadStatus reader_ask(Reader *reader, const char *question, Text *answer);

#endif
