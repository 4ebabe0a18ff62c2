// SPDX-License-Identifier: MIT
//
// Edit: a line that is typed on a terminal, with GNU readline: its keys, its history, its completion. readline
// is driven by what arrives (its callback interface), so that all else goes on meanwhile; and it is only used
// under the screen's mutex (screen.h), which these functions take. Main thread, attached; they detach it
// while they wait for the mutex.
//
// Without readline in the build, edit_open is false.
#ifndef CONC_REPL_EDIT_H
#define CONC_REPL_EDIT_H

#include "vm/session.h"

// Takes the terminal (screen_open), reads the history. False where this terminal cannot be edited on.
bool edit_open(const Session *session);
// Gives the terminal back, as it was.
void edit_close(void);

// A new line begins with `prompt`, and with `text` as if it had been typed. `before` is what the input has
// already, for completion; kept until the line is over.
void edit_begin(const char *prompt, const char *text, const char *before);

typedef enum EditState {
    EDIT_GOES_ON,
    EDIT_LINE, // Enter: *line is malloc'ed
    EDIT_END,  // Ctrl-D on an empty line
} EditState;

// Takes the keys that have arrived.
EditState edit_feed(char **line);
// Leaves the line on the screen as it is, with "^C" behind it where that was pressed.
void edit_abandon(bool interrupted);
// Adds an input to the history, also on disk.
void edit_remember(const char *input);

#endif
