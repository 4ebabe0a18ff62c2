// SPDX-License-Identifier: MIT
//
// Prelude: the built-in names that are written in conc (stdlib/toolkit.conc). They have the last numbers
// of the built-ins, from Runtime.prelude_first on. The module is loaded, once a Vm, before the first text
// that names one of them runs; a script that names none does not pay for it.
#ifndef CONC_VM_PRELUDE_H
#define CONC_VM_PRELUDE_H

#include "vm/vm.h"

// To be called before `unit` runs. S. False with an error thrown (MemoryError, RecursionError).
bool prelude_ensure(Vm *vm, Fiber *fiber, const Unit *unit);

#endif
