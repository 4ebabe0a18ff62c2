// SPDX-License-Identifier: MIT
//
// Screen: the terminal, while a REPL has it. Whatever this process and its children write to standard output
// and standard error goes into one pipe; a pthread of the screen's takes it out and writes it to the
// terminal: above the line that is being typed, while there is one. So there is one path for all output, and
// nobody who prints has to know of the line.
//
// A process has one terminal, hence one screen. The pthread is no thread of the world. The line editor is
// only used under the screen's mutex: by the main thread between screen_lock and screen_unlock, and by the
// screen in the functions that it was given.
#ifndef CONC_REPL_SCREEN_H
#define CONC_REPL_SCREEN_H

#include <stdbool.h>

// What the screen asks of the line editor, while a line is being typed. Called under the mutex, by any pthread.
typedef struct ScreenLine {
    void (*hide)(void);    // the cursor stands where the prompt began, which is gone
    void (*show)(void);    // prompt and line again, from where the cursor is
    void (*resized)(void); // the terminal's size is another
    void (*resumed)(
        void); // the process was stopped, and goes on: the terminal is as the shell left it
} ScreenLine;

// Takes standard output and standard error over. False with errno; then all is as it was.
bool screen_open(const ScreenLine *line);
// Gives them back, once all that was written is on the terminal.
void screen_close(void);
// The terminal's own descriptor, for the line editor.
int screen_terminal(void);

// May wait for the terminal: the calling thread is detached.
void screen_lock(void);
void screen_unlock(void);
// Under the mutex: a line is about to be typed. What was written before is on the terminal then, and the cursor
// at the start of a line.
void screen_line_begins(void);
// Under the mutex: it is over.
void screen_line_ends(void);

#endif
