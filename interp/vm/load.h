// SPDX-License-Identifier: MIT
//
// Loading: a Unit's Code becomes Protos of a module.
#ifndef CONC_VM_LOAD_H
#define CONC_VM_LOAD_H

#include "vm/proto.h"
#include "vm/vm.h"

// Makes the protos of `unit` for `module` (whose slots are defined as the unit's globals say) and
// puts the unit under the Vm's roots. Gives the top-level function.
Closure *unit_load(Vm *vm, Fiber *fiber, Unit *unit, ModuleObject *module);
// Traces the constants of all units.
void units_trace(Vm *vm, Tracer *tracer);

#endif
