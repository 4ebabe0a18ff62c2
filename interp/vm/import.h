// SPDX-License-Identifier: MIT
//
// Imports: modules of natives by name, files beside the importing file by path. Each file is run
// once; whoever imports it while it runs gets the module as far as it is.
#ifndef CONC_VM_IMPORT_H
#define CONC_VM_IMPORT_H

#include "object/module.h"

// The module `name` (as the compiler left it: "math", or "./lib/util.conc"), for the code that the
// fiber runs now. UNDEF with ImportError, or what running its top level threw. May run scripts.
Value import_module(Fiber *fiber, Str *name);

// A module that is part of conc and written in it, run anew, whoever has imported it. S. UNDEF with the
// error.
Value import_embedded(Fiber *fiber, const char *name);

// `from m import name`. ImportError if the module has no such name.
Value import_name(Fiber *fiber, Value module, const Str *name);

#endif
