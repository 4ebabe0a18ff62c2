// SPDX-License-Identifier: MIT
//
// Printed forms. A container that holds itself prints as [...] or {...} inside; nesting is bounded, as
// the C stack is. Instances print by their `str`, which runs script code: containers on the way are
// kept in the fiber's roots meanwhile.
#include "object/bytes.h"
#include "object/class.h"
#include "object/error.h"
#include "object/format.h"
#include "object/function.h"
#include "object/list.h"
#include "object/map.h"
#include "object/module.h"
#include "object/operate.h"
#include "object/range.h"
#include "object/root.h"
#include "object/str.h"

enum { PRINT_DEPTH = 1000 };

// The containers that are being printed, innermost first.
typedef struct Visit {
    const struct Visit *outer;
    Value v;
    int depth;
} Visit;

static bool print_value(Fiber *fiber, Value v, bool quoted, const Visit *outer, Text *out);

static bool visited(const Visit *visit, Value v) {
    for (; visit; visit = visit->outer)
        if (visit->v == v)
            return true;
    return false;
}

// Before each element: what is printed may be larger than all memory, as an element may stand in many
// places; and it may take its time.
static bool print_on(Fiber *fiber, const Text *out) {
    enum { SMALL = 1 << 20 };
    if (!runtime_poll(fiber))
        return false;
    if (out->length < SMALL || heap_has_room(fiber->heap, 2 * out->length))
        return true;
    throw_memory(fiber, out->length);
    return false;
}

static bool print_list(Fiber *fiber, List *list, const Visit *visit, Text *out) {
    text_char(out, '[');
    for (size_t i = 0; print_on(fiber, out); i++) {
        Value v = list_get(list, i);
        if (v == VALUE_UNDEF) {
            text_char(out, ']');
            return true;
        }
        if (i)
            text_string(out, ", ");
        if (!print_value(fiber, v, true, visit, out))
            return false;
    }
    return false;
}

// "key: value", or the key alone.
static bool print_entry(Fiber *fiber, Value key, Value v, bool is_map, const Visit *visit,
                        Text *out) {
    uint32_t mark = root_mark(fiber);
    root_push(fiber, v);
    bool ok = print_value(fiber, key, true, visit, out);
    if (ok && is_map) {
        text_string(out, ": ");
        ok = print_value(fiber, v, true, visit, out);
    }
    root_release(fiber, mark);
    return ok;
}

// Maps, and sets that are not empty.
static bool print_map(Fiber *fiber, Map *map, const Visit *visit, Text *out) {
    Value key, v;
    size_t position = 0;
    text_char(out, '{');
    for (bool first = true; print_on(fiber, out); first = false) {
        if (!map_next(map, &position, &key, &v)) {
            text_char(out, '}');
            return true;
        }
        if (!first)
            text_string(out, ", ");
        if (!print_entry(fiber, key, v, map->header.kind == KIND_MAP, visit, out))
            return false;
    }
    return false;
}

static bool print_container(Fiber *fiber, Value v, const Visit *outer, Text *out) {
    uint16_t kind = value_to_ref(v)->kind;
    if (visited(outer, v)) {
        text_string(out, kind == KIND_LIST ? "[...]" : "{...}");
        return true;
    }
    if (kind == KIND_SET && map_length(value_to_map(v)) == 0) {
        text_string(out, "set()");
        return true;
    }
    Visit visit = {outer, v, outer ? outer->depth + 1 : 1};
    if (visit.depth > PRINT_DEPTH || !thread_has_stack(fiber->thread, STACK_RESERVE)) {
        throw_error(fiber, ERROR_RecursionError,
                    "maximum recursion depth exceeded while getting the repr of an object");
        return false;
    }
    uint32_t mark = root_mark(fiber);
    root_push(fiber, v);
    bool ok = kind == KIND_LIST ? print_list(fiber, value_to_list(v), &visit, out)
                                : print_map(fiber, value_to_map(v), &visit, out);
    root_release(fiber, mark);
    return ok;
}

static bool print_by_script(Fiber *fiber, Value v, Value method, Text *out) {
    Value text = fiber_runtime(fiber)->call_method(fiber, method, v, NULL, 0);
    if (text == VALUE_UNDEF)
        return false;
    if (!value_is_str(text)) {
        throw_type(fiber, "str() returned a non-string (type %s)",
                   value_type_name(fiber_runtime(fiber), text));
        return false;
    }
    text_append(out, str_data(value_to_str(text)), value_to_str(text)->size);
    return true;
}

// ValueError("why") inside containers, as Python's repr of errors. A message that is a missing key has
// its quotes already.
static void print_error(Instance *error, bool quoted, Text *out) {
    Value message = error_message(error);
    const Str *s = value_is_str(message) ? value_to_str(message) : NULL;
    if (!quoted) {
        if (s)
            text_append(out, str_data(s), s->size);
        return;
    }
    text_format(out, "%s(", str_data(instance_shape(error)->of->name));
    if (s && slot_get(instance_slot(error, ERROR_SLOT_KEY)) == VALUE_TRUE)
        text_append(out, str_data(s), s->size);
    else if (s && s->size)
        str_repr(s, out);
    text_char(out, ')');
}

static bool print_instance(Fiber *fiber, Value v, bool quoted, Text *out) {
    Runtime *runtime = fiber_runtime(fiber);
    Class *c = instance_shape((Instance *)value_to_ref(v))->of;
    if (c->str != VALUE_UNDEF && value_is_kind(c->str, KIND_CLOSURE))
        return print_by_script(fiber, v, c->str, out);
    if (value_is_error(runtime, v)) {
        print_error((Instance *)value_to_ref(v), quoted, out);
        return true;
    }
    if (c->str != VALUE_UNDEF)
        return print_by_script(fiber, v, c->str, out);
    text_format(out, "<%s instance>", str_data(c->name));
    return true;
}

static const char *function_name(Fiber *fiber, Value v) {
    if (value_is_kind(v, KIND_BOUND))
        v = ((Bound *)value_to_ref(v))->function;
    if (value_is_kind(v, KIND_NATIVE))
        return ((Native *)value_to_ref(v))->spec->name;
    return str_data(fiber_runtime(fiber)->function_name((Closure *)value_to_ref(v)));
}

static bool print_object(Fiber *fiber, Value v, bool quoted, const Visit *outer, Text *out) {
    Object *object = value_to_ref(v);
    switch (object->kind) {
    case KIND_BIG: return integer_write(fiber, v, 10, out);
    case KIND_STR:
        if (quoted)
            str_repr(value_to_str(v), out);
        else
            text_append(out, str_data(value_to_str(v)), value_to_str(v)->size);
        return true;
    case KIND_BYTES: bytes_repr(value_to_bytes(v), out); return true;
    case KIND_LIST:
    case KIND_MAP:
    case KIND_SET: return print_container(fiber, v, outer, out);
    case KIND_RANGE: range_repr(value_to_range(v), out); return true;
    case KIND_CLOSURE:
    case KIND_NATIVE:
    case KIND_BOUND: text_format(out, "<function %s>", function_name(fiber, v)); return true;
    case KIND_CLASS: text_format(out, "<class %s>", str_data(((Class *)object)->name)); return true;
    case KIND_MODULE:
        text_format(out, "<module %s>", str_data(((ModuleObject *)object)->name));
        return true;
    case KIND_INSTANCE: return print_instance(fiber, v, quoted, out);
    default: break;
    }
    Class *c = class_of(fiber_runtime(fiber), v);
    if (c->str != VALUE_UNDEF)
        return print_by_script(fiber, v, c->str, out);
    text_format(out, "<%s>", str_data(c->name));
    return true;
}

static bool print_value(Fiber *fiber, Value v, bool quoted, const Visit *outer, Text *out) {
    if (value_is_int(v)) {
        integer_print(v, 10, out);
    } else if (value_is_double(v)) {
        float_repr(value_to_double(v), out);
    } else if (value_is_ref(v)) {
        return print_object(fiber, v, quoted, outer, out);
    } else {
        text_string(out, v == VALUE_TRUE ? "true" : v == VALUE_FALSE ? "false" : "nil");
    }
    return true;
}

bool value_to_text(Fiber *fiber, Value v, Text *out) {
    return print_value(fiber, v, false, NULL, out);
}

bool value_repr(Fiber *fiber, Value v, Text *out) { return print_value(fiber, v, true, NULL, out); }

Value value_to_str_value(Fiber *fiber, Value v) {
    if (value_is_str(v))
        return v;
    if (value_is_int(v)) {
        char digits[INTEGER_DIGITS];
        size_t size = integer_digits(value_to_int(v), digits);
        return value_from_ref(str_ascii(fiber->heap, digits, size));
    }
    Text text = {0};
    Value result = VALUE_UNDEF;
    if (value_to_text(fiber, v, &text))
        result = value_from_ref(str_from_text(fiber->heap, &text));
    text_free(&text);
    return result;
}

bool value_format(Fiber *fiber, Value v, const char *spec, size_t size, Text *out) {
    if (value_is_number(v) || value_is_str(v))
        return format_value_spec(fiber, v, spec, size, out);
    if (size == 0)
        return value_to_text(fiber, v, out);
    throw_type(fiber, "unsupported format string passed to %s.format",
               value_type_name(fiber_runtime(fiber), v));
    return false;
}

const char *value_type_name(Runtime *runtime, Value v) {
    return str_data(class_of(runtime, v)->name);
}
