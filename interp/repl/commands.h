// SPDX-License-Identifier: MIT
//
// Commands of the REPL: what begins with a colon, and `?name`.
#ifndef CONC_REPL_COMMANDS_H
#define CONC_REPL_COMMANDS_H

#include "repl/repl.h"

typedef struct ReplCommand {
    const char *name;     // ":load"
    const char *argument; // as :help shows it; "": it takes none
    const char *help;
    void (*run)(Repl *repl, const char *argument);
} ReplCommand;

// All of them; ends with name NULL.
extern const ReplCommand repl_commands[];

// Runs the input if it is a command. False where it is none.
bool command_run(Repl *repl, const char *input);

#endif
