// SPDX-License-Identifier: MIT
//
// Loading the prelude. Threads that need it at the same moment may each run its text; the module of the
// first to be ready becomes everybody's. No lock is held meanwhile, which a forked child might inherit.
#include "vm/prelude.h"

#include "object/str.h"
#include "vm/import.h"

static void publish(Vm *vm, const ModuleObject *module) {
    Runtime *runtime = vm->runtime;
    for (uint32_t i = runtime->prelude_first; i < runtime->builtin_count; i++)
        runtime->builtins[i] = module_get(module, runtime->builtin_names[i]);
    store_release(&vm->prelude_ready, true);
}

bool prelude_ensure(Vm *vm, Fiber *fiber, const Unit *unit) {
    bool needed = unit->code->builtin_limit > vm->runtime->prelude_first;
    if (!needed || load_acquire(&vm->prelude_ready))
        return true;
    Value module = import_embedded(fiber, "toolkit");
    if (module == VALUE_UNDEF)
        return false;
    bool nobody = false;
    if (cas_acq_rel(&vm->prelude_taken, &nobody, true))
        publish(vm, (ModuleObject *)value_to_ref(module));
    while (!load_acquire(&vm->prelude_ready))
        spin_hint();
    return true;
}
