// SPDX-License-Identifier: MIT
//
// The runtime of a Vm: made in an order in which nothing is used before it is there (interned names
// first, then the kinds' classes, which native/install.c fills).
#include "object/runtime.h"

#include <stdlib.h>

#include "base/os.h"
#include "object/class.h"
#include "object/kinds.h"
#include "object/str.h"

static void runtime_trace(void *context, Tracer *tracer) {
    Runtime *runtime = context;
    for (int i = 0; i < NAME_COUNT; i++)
        trace_object(tracer, runtime->names[i]);
    for (int i = 0; i < ASCII_COUNT; i++)
        trace_object(tracer, runtime->ascii[i]);
    for (int i = 0; i < ERROR_CLASS_COUNT; i++)
        trace_object(tracer, runtime->errors[i]);
    for (int i = 0; i < TYPE_COUNT; i++)
        trace_object(tracer, runtime->types[i]);
    for (uint32_t i = 0; i < runtime->builtin_count; i++) {
        trace_value(tracer, runtime->builtins[i]);
        trace_object(tracer, runtime->builtin_names[i]);
    }
}

static void intern_names(Runtime *runtime, LocalHeap *heap) {
    static const char *const names[] = {
#define X(name) #name,
        RUNTIME_NAMES(X)
#undef X
    };
    for (int i = 0; i < NAME_COUNT; i++)
        runtime->names[i] = str_intern_c(runtime, heap, names[i]);
    runtime->names[NAME_empty] = str_intern_c(runtime, heap, "");
    for (int i = 0; i < ASCII_COUNT; i++)
        runtime->ascii[i] = str_intern(runtime, heap, &(char){(char)i}, 1);
}

Runtime *runtime_new(World *world, LocalHeap *heap) {
    Runtime *runtime = os_calloc(1, sizeof *runtime);
    runtime->world = world;
    runtime->heap = world->heap;
    world->runtime = runtime;
    store_relaxed(&runtime->next_shape_id, 1); // 0 is no key of an inline cache
    kinds_register(world->heap);
    str_intern_init(runtime);
    classes_init(runtime);
    heap_add_roots(world->heap, runtime_trace, runtime);
    intern_names(runtime, heap);
    return runtime;
}

void runtime_free(Runtime *runtime) {
    str_intern_free(runtime);
    classes_free(runtime);
    free(runtime->builtins);
    free(runtime->builtin_names);
    free(runtime);
}

void runtime_add_builtin(Runtime *runtime, Str *name, Value v) {
    uint32_t count = runtime->builtin_count;
    runtime->builtins = os_realloc(runtime->builtins, (count + 1) * sizeof *runtime->builtins);
    runtime->builtin_names =
        os_realloc(runtime->builtin_names, (count + 1) * sizeof *runtime->builtin_names);
    runtime->builtins[count] = v;
    runtime->builtin_names[count] = name;
    runtime->builtin_count++;
}

Class *class_of(Runtime *runtime, Value v) {
    if (value_is_ref(v)) {
        Object *object = value_to_ref(v);
        if (object->kind == KIND_INSTANCE)
            return instance_shape((Instance *)object)->of;
        return runtime->kind_class[object->kind];
    }
    if (value_is_int(v))
        return runtime->types[TYPE_INT];
    if (value_is_double(v))
        return runtime->types[TYPE_FLOAT];
    if (value_is_bool(v))
        return runtime->types[TYPE_BOOL];
    return runtime->types[TYPE_NIL];
}
