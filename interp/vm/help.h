// SPDX-License-Identifier: MIT
//
// Help: what a text says of its own functions and classes: their heads, and the comments above them.
#ifndef CONC_VM_HELP_H
#define CONC_VM_HELP_H

#include "base/text.h"
#include "object/function.h"

// "fn area(w, h)" and the comment lines that stand right above it, indented.
void help_closure(const Closure *closure, Text *out);
// The class and its methods, likewise. False: it has no method that is written in conc.
bool help_class(Class *c, Text *out);

#endif
