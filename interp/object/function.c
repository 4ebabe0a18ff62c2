// SPDX-License-Identifier: MIT
//
// Functions of all sorts. Signatures of natives are read once, when the native is made.
#include "object/function.h"

#include <assert.h>

#include <ctype.h>
#include <stdlib.h>

#include "base/os.h"
#include "object/str.h"

// --- cells and closures ---

static void cell_trace(Object *object, Tracer *tracer) {
    trace_slots(tracer, &((Cell *)object)->value, 1);
}
const Kind cell_kind = {"cell", cell_trace, NULL};

Cell *cell_new(LocalHeap *heap, Value v) {
    Cell *cell = heap_alloc(heap, KIND_CELL, sizeof *cell);
    store_relaxed(&cell->value, v);
    return cell;
}

static void closure_trace(Object *object, Tracer *tracer) {
    Closure *closure = (Closure *)object;
    trace_object(tracer, closure->home);
    for (uint32_t i = 0; i < closure->capture_count; i++)
        trace_value(tracer, closure->captures[i]);
}
const Kind closure_kind = {"function", closure_trace, NULL};

Closure *closure_new(LocalHeap *heap, struct Proto *proto, uint32_t capture_count) {
    Closure *closure =
        heap_alloc(heap, KIND_CLOSURE, sizeof *closure + capture_count * sizeof(Value));
    closure->proto = proto;
    closure->capture_count = capture_count;
    return closure;
}

// --- natives ---

static void native_trace(Object *object, Tracer *tracer) {
    Native *native = (Native *)object;
    for (uint32_t i = 0; i < native->parameter_count; i++)
        trace_object(tracer, native->parameters[i]);
    trace_object(tracer, native->owner);
}
static void native_finalize(Object *object, Heap *heap) {
    (void)heap;
    free(((Native *)object)->parameters);
}
const Kind native_kind = {"function", native_trace, native_finalize};

// The next word of a signature: "name", "name=default" or "*name". A default may hold commas within
// quotes or brackets. Moves *at behind the comma; false at the end.
static bool next_parameter(const char **at, const char **start, size_t *size) {
    const char *p = *at;
    while (*p == ' ')
        p++;
    if (!*p)
        return false;
    *start = p;
    int depth = 0;
    char quote = 0;
    for (; *p && (quote || depth || *p != ','); p++) {
        if (quote)
            quote = *p == quote ? 0 : quote;
        else if (*p == '"' || *p == '\'')
            quote = *p;
        else
            depth += (*p == '(' || *p == '[' || *p == '{') - (*p == ')' || *p == ']' || *p == '}');
    }
    *size = (size_t)(p - *start);
    *at = *p ? p + 1 : p;
    return true;
}

static void read_signature(Runtime *runtime, LocalHeap *heap, Native *native) {
    const char *at = native->spec->signature ? native->spec->signature : "", *start;
    size_t size;
    native->parameters = os_calloc(strlen(at) / 2 + 1, sizeof *native->parameters);
    while (next_parameter(&at, &start, &size)) {
        if (size > 2 && start[0] == '*' && start[1] == '*') {
            native->takes_labels = true;
            native->parameters[native->parameter_count++] =
                str_intern(runtime, heap, start + 2, size - 2);
            continue;
        }
        if (*start == '*') {
            native->rest = true;
            continue;
        }
        const char *equals = memchr(start, '=', size);
        size_t name = equals ? (size_t)(equals - start) : size;
        while (name > 0 && start[name - 1] == ' ')
            name--;
        native->parameters[native->parameter_count++] = str_intern(runtime, heap, start, name);
        if (!equals)
            native->required_count = native->parameter_count;
    }
}

Native *native_new(Runtime *runtime, LocalHeap *heap, const NativeSpec *spec, Class *owner) {
    Native *native = heap_alloc(heap, KIND_NATIVE, sizeof *native);
    native->function = spec->function;
    native->spec = spec;
    native->owner = owner;
    read_signature(runtime, heap, native);
    assert(native->parameter_count <= NATIVE_MOST_PARAMETERS);
    bool fixed = !native->rest && !native->takes_labels;
    uint32_t waits = spec->flags & (NATIVE_WAITS | NATIVE_SHIELDED);
    native->is_plain = fixed && !(spec->flags & NATIVE_WAITS);
    native->is_waiting = fixed && waits == NATIVE_WAITS;
    return native;
}

static MemberKind member_kind(uint32_t flags) {
    if (flags & NATIVE_GETTER)
        return MEMBER_GETTER;
    if (flags & NATIVE_SETTER)
        return MEMBER_SETTER;
    return flags & NATIVE_STATIC ? MEMBER_STATIC : MEMBER_METHOD;
}

Class *class_from_table(Runtime *runtime, LocalHeap *heap, const char *name, Class *base,
                        const NativeSpec *table) {
    uint32_t count = 0;
    while (table && table[count].name)
        count++;
    MemberSpec *own = os_calloc(count + 1, sizeof *own);
    for (uint32_t i = 0; i < count; i++)
        own[i] =
            (MemberSpec){str_intern_c(runtime, heap, table[i].name), member_kind(table[i].flags),
                         value_from_ref(native_new(runtime, heap, &table[i], NULL))};
    Class *c = class_new(runtime, heap, str_intern_c(runtime, heap, name), base, own, count);
    for (uint32_t i = 0; i < count; i++)
        ((Native *)value_to_ref(own[i].function))->owner = c;
    free(own);
    return c;
}

// --- bound methods ---

static void bound_trace(Object *object, Tracer *tracer) {
    trace_value(tracer, ((Bound *)object)->receiver);
    trace_value(tracer, ((Bound *)object)->function);
}
const Kind bound_kind = {"function", bound_trace, NULL};

Bound *bound_new(LocalHeap *heap, Value receiver, Value function) {
    Bound *bound = heap_alloc(heap, KIND_BOUND, sizeof *bound);
    bound->receiver = receiver;
    bound->function = function;
    return bound;
}

bool value_is_callable(Value v) {
    if (!value_is_ref(v))
        return false;
    uint16_t kind = value_to_ref(v)->kind;
    return kind == KIND_CLOSURE || kind == KIND_NATIVE || kind == KIND_BOUND || kind == KIND_CLASS;
}
