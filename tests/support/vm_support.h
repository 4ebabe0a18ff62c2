// SPDX-License-Identifier: MIT
//
// A whole Vm for unit tests. The test's own C code stands where a native would: it has the main fiber,
// and may call whatever natives may call. It is no script, so nothing collects unless the test says
// so (vm_collect), calls a script, or shows a value (vm_repr); what it wants to keep over that it
// keeps by vm_keep.
#ifndef CONC_TESTS_VM_SUPPORT_H
#define CONC_TESTS_VM_SUPPORT_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "native/install.h"
#include "object/error.h"
#include "object/list.h"
#include "object/map.h"
#include "object/operate.h"
#include "object/root.h"
#include "object/str.h"
#include "vm/call.h"
#include "vm/load.h"
#include "vm/vm.h"

static inline Vm *test_vm_new(void) {
    Vm *vm = vm_new(&(VmOptions){.install = natives_install});
    cr_assert(vm);
    return vm;
}

static inline Fiber *vm_fiber(Vm *vm) { return vm->thread->main_fiber; }

// A root until the Vm ends.
static inline Value vm_keep(Vm *vm, Value v) {
    root_push(vm_fiber(vm), v);
    return v;
}

// Ends it. Values that were kept are let go, errors have to be taken by then.
static inline void test_vm_free(Vm *vm) {
    cr_assert(vm_fiber(vm)->error == VALUE_UNDEF, "an error was left in the fiber");
    root_release(vm_fiber(vm), 0);
    vm_free(vm);
}

// Collects now.
static inline void vm_collect(Vm *vm) {
    heap_request_collection(vm->heap);
    thread_safepoint(vm->thread);
}

// Runs a text as a module of its own, which is kept. The test fails where it does not compile or run.
static inline ModuleObject *vm_module(Vm *vm, const char *text) {
    Fiber *fiber = vm_fiber(vm);
    UnitOptions options = vm_unit_options(vm);
    Unit *unit = NULL;
    Text diagnostics = {0};
    UnitStatus status =
        unit_compile("test.conc", text, strlen(text), &options, &unit, &diagnostics);
    cr_assert(status == UNIT_OK, "%s", text_data(&diagnostics));
    text_free(&diagnostics);
    ModuleObject *module = module_new(fiber->heap, str_intern_c(vm->runtime, fiber->heap, "test"),
                                      unit->code->global_count + 1);
    vm_keep(vm, value_from_ref(module));
    module->path = str_from_c(fiber->heap, "test.conc");
    Closure *main = unit_load(vm, fiber, unit, module);
    vm_set_arguments(vm, fiber, module);
    cr_assert(vm_call(fiber, value_from_ref(main), NULL, 0) != VALUE_UNDEF, "the text threw");
    return module;
}

// A global of the module; the test fails where there is none.
static inline Value vm_global(Vm *vm, const ModuleObject *module, const char *name) {
    Value v = module_get(module, str_intern_c(vm->runtime, vm_fiber(vm)->heap, name));
    cr_assert(v != VALUE_UNDEF, "no global %s", name);
    return v;
}

static inline Value vm_str(Vm *vm, const char *text) {
    return value_from_ref(str_from_c(vm_fiber(vm)->heap, text));
}

// repr(v), in a buffer that lasts until the next call.
static inline const char *vm_repr(Vm *vm, Value v) {
    static Text shown;
    shown.length = 0;
    text_append(&shown, "", 0);
    cr_assert(value_repr(vm_fiber(vm), v, &shown), "repr threw");
    return text_data(&shown);
}

// The fiber's error is of class c; takes it. The text lasts until the next call.
static inline const char *vm_take_error(Vm *vm, ErrorClass c) {
    static char message[400];
    Fiber *fiber = vm_fiber(vm);
    cr_assert(fiber->error != VALUE_UNDEF, "nothing was thrown");
    bool right = error_is(fiber, c);
    Instance *error = (Instance *)value_to_ref(error_take(fiber));
    Value text = error_message(error);
    snprintf(message, sizeof message, "%s", value_is_str(text) ? str_data(value_to_str(text)) : "");
    cr_assert(right, "another error was thrown: %s: %s", str_data(instance_shape(error)->of->name),
              message);
    return message;
}

// A small fast generator with a fixed start (Steele, Lea, Flood 2014: SplitMix64), so that a failure
// comes again.
typedef struct Random {
    uint64_t state;
} Random;
static inline uint64_t random_bits(Random *random) {
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}
static inline size_t random_below(Random *random, size_t limit) {
    return (size_t)(random_bits(random) % limit);
}

#endif
