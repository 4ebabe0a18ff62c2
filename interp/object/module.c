// SPDX-License-Identifier: MIT
//
// Modules: see the header. Look-ups by name are rare (imports, `module.name` fills an inline cache),
// so they go over the names in order.
#include "object/module.h"

#include <stdlib.h>

#include "base/os.h"
#include "object/str.h"

static void module_trace(Object *object, Tracer *tracer) {
    ModuleObject *module = (ModuleObject *)object;
    trace_object(tracer, module->name);
    trace_object(tracer, module->path);
    for (uint32_t i = 0; i < module->count; i++)
        trace_object(tracer, module->names[i]);
    trace_slots(tracer, module->slots, module->count);
}

static void module_finalize(Object *object, Heap *heap) {
    (void)heap;
    ModuleObject *module = (ModuleObject *)object;
    free(module->names);
    free(module->constant);
    free(module->slots);
}

const Kind module_kind = {"module", module_trace, module_finalize};

ModuleObject *module_new(LocalHeap *heap, Str *name, uint32_t capacity) {
    ModuleObject *module = heap_alloc(heap, KIND_MODULE, sizeof *module);
    module->name = name;
    module->capacity = capacity ? capacity : 1;
    module->names = os_calloc(module->capacity, sizeof *module->names);
    module->constant = os_calloc(module->capacity, sizeof *module->constant);
    module->slots = os_calloc(module->capacity, sizeof *module->slots);
    return module;
}

int module_find(const ModuleObject *module, const Str *name) {
    for (uint32_t i = 0; i < module->count; i++)
        if (module->names[i] == name)
            return (int)i;
    return -1;
}

int module_define(ModuleObject *module, Str *name, bool constant) {
    int slot = module_find(module, name);
    if (slot < 0) {
        if (module->count == module->capacity)
            return -1;
        slot = (int)module->count;
        module->names[slot] = name;
        module->count++;
    }
    module->constant[slot] = constant;
    return slot;
}

void module_set(ModuleObject *module, Str *name, Value v) {
    int slot = module_define(module, name, false);
    if (slot >= 0)
        slot_set(&module->slots[slot], v);
}

Value module_get(const ModuleObject *module, const Str *name) {
    int slot = module_find(module, name);
    return slot < 0 ? VALUE_UNDEF : slot_get(&module->slots[slot]);
}

ModuleObject *module_from_table(Runtime *runtime, LocalHeap *heap, const char *name,
                                const NativeSpec *table) {
    uint32_t count = 0;
    while (table[count].name)
        count++;
    ModuleObject *module = module_new(heap, str_intern_c(runtime, heap, name), count + 32);
    for (uint32_t i = 0; i < count; i++)
        module_set(module, str_intern_c(runtime, heap, table[i].name),
                   value_from_ref(native_new(runtime, heap, &table[i], NULL)));
    return module;
}
