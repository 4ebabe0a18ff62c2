// SPDX-License-Identifier: MIT
//
// Writing values as bytes. The format is drawn in the header. What has been met is numbered by its address,
// which holds as long as the writer does: nothing here runs a script or collects.
#include "process/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/translate.h"
#include "object/bytes.h"
#include "object/error.h"
#include "object/list.h"
#include "object/map.h"
#include "object/operate.h"
#include "object/range.h"
#include "object/str.h"

enum { LONGEST_PATH = 300 };

// Numbers of pointers, in the order of their first coming: open addressing.
typedef struct Numbers {
    const void **keys;
    uint32_t *numbers;
    uint32_t count, capacity;
} Numbers;

// One step from the message's value to a part of it; on the C stack of whoever writes the part.
typedef struct Step {
    struct Step *next; // further in
    enum { STEP_ELEMENT, STEP_MEMBER, STEP_KEY, STEP_VALUE, STEP_FIELD } kind;
    size_t index;
    Value key;       // STEP_VALUE: the key; STEP_FIELD: the name
    const Class *of; // STEP_FIELD
} Step;

typedef struct Writer {
    Fiber *fiber;
    Text *out;
    Numbers seen, layouts;
    uint32_t class_limit;
    uint32_t depth;
    Step *outermost, *innermost; // the path to the part that is being written
} Writer;

static bool write_value(Writer *w, Value v);

static uint32_t slot_of(const Numbers *table, const void *key) {
    uint32_t at = (uint32_t)(((uintptr_t)key >> 4) * 0x9e3779b97f4a7c15u >> 32);
    while (table->keys[at & (table->capacity - 1)] &&
           table->keys[at & (table->capacity - 1)] != key)
        at++;
    return at & (table->capacity - 1);
}

static void numbers_grow(Numbers *table) {
    Numbers old = *table;
    table->capacity = old.capacity ? old.capacity * 2 : 64;
    table->keys = os_calloc(table->capacity, sizeof *table->keys);
    table->numbers = os_calloc(table->capacity, sizeof *table->numbers);
    for (uint32_t i = 0; i < old.capacity; i++) {
        if (!old.keys[i])
            continue;
        uint32_t at = slot_of(table, old.keys[i]);
        table->keys[at] = old.keys[i];
        table->numbers[at] = old.numbers[i];
    }
    free(old.keys);
    free(old.numbers);
}

// True where the key is there already. Either way *number is its number.
static bool numbers_find(Numbers *table, const void *key, uint32_t *number) {
    if (table->count * 2 >= table->capacity)
        numbers_grow(table);
    uint32_t at = slot_of(table, key);
    bool there = table->keys[at] != NULL;
    if (!there) {
        table->keys[at] = key;
        table->numbers[at] = table->count++;
    }
    *number = table->numbers[at];
    return there;
}

static void numbers_free(Numbers *table) {
    free(table->keys);
    free(table->numbers);
}

static void put_tag(Writer *w, char tag) { text_char(w->out, tag); }

static void put_number(Writer *w, uint64_t n) {
    for (; n >= 128; n >>= 7)
        text_char(w->out, (char)(n | 128));
    text_char(w->out, (char)n);
}

static void put_bytes(Writer *w, const char *data, size_t size) {
    put_number(w, size);
    text_append(w->out, data, size);
}

// --- what cannot be sent ---

static void describe_step(const Step *step, Text *out) {
    switch (step->kind) {
    case STEP_ELEMENT: text_format(out, translate("element %zu"), step->index); return;
    case STEP_MEMBER: text_string(out, translate("a member of the set")); return;
    case STEP_KEY: text_string(out, translate("a key")); return;
    case STEP_FIELD:
        text_format(out, translate("field `%s` of %s"), str_data(value_to_str(step->key)),
                    str_data(step->of->name));
        return;
    default: text_string(out, translate("the value of "));
    }
    if (value_is_str(step->key))
        str_repr(value_to_str(step->key), out);
    else if (value_is_integer(step->key))
        integer_print(step->key, 10, out);
    else
        text_string(out, translate("a key"));
}

// "element 2, field `next` of Node: ": the steps to the part that is being written.
static void describe_path(const Writer *w, Text *out) {
    for (const Step *step = w->outermost; step; step = step->next) {
        if (step != w->outermost)
            text_string(out, translate(", "));
        if (out->length > LONGEST_PATH) {
            text_string(out, "...");
            break;
        }
        describe_step(step, out);
    }
    if (w->outermost)
        text_string(out, ": ");
}

// As it is spoken: "an RLock".
static bool takes_an(const char *name) {
    bool is_letter = name[0] == 'R' && name[1] >= 'A' && name[1] <= 'Z';
    return is_letter || strchr("aeiouAEIOU", name[0]);
}

static bool is_sharable(Value v) {
    return value_is_kind(v, KIND_LOCK) || value_is_kind(v, KIND_QUEUE) ||
           value_is_kind(v, KIND_ATOMIC);
}

static bool refuse(Writer *w, Value v, const char *why) {
    const char *name = value_type_name(fiber_runtime(w->fiber), v);
    Text text = {0};
    describe_path(w, &text);
    throw_type(w->fiber,
               takes_an(name) ? "%san %s cannot be sent to another process%s"
                              : "%sa %s cannot be sent to another process%s",
               text_data(&text), name, translate(why));
    text_free(&text);
    if (is_sharable(v))
        error_hint(w->fiber, "what processes are to share is made before they start, with "
                             "`shared: true`");
    return false;
}

// --- values ---

static bool write_part(Writer *w, Value v, Step step) {
    if (w->depth == MESSAGE_DEPTH) {
        throw_error(w->fiber, ERROR_RecursionError,
                    "cannot send an object that is nested more than %d levels deep", MESSAGE_DEPTH);
        return false;
    }
    Step *before = w->innermost, **link = before ? &before->next : &w->outermost;
    *link = w->innermost = &step;
    w->depth++;
    bool ok = write_value(w, v);
    w->depth--;
    w->innermost = before;
    *link = NULL;
    return ok;
}

// True where it has been written before: a reference stands for it.
static bool write_seen(Writer *w, const void *object) {
    uint32_t number;
    if (!numbers_find(&w->seen, object, &number))
        return false;
    put_tag(w, '=');
    put_number(w, number);
    return true;
}

static bool write_list(Writer *w, List *list) {
    if (write_seen(w, list))
        return true;
    size_t length = list_length(list);
    put_tag(w, 'l');
    put_number(w, length);
    for (size_t i = 0; i < length; i++) {
        Value v = list_get(list, i); // UNDEF: taken out meanwhile
        if (v == VALUE_UNDEF)
            v = VALUE_NIL;
        if (!write_part(w, v, (Step){.kind = STEP_ELEMENT, .index = i}))
            return false;
    }
    return true;
}

static bool write_map(Writer *w, Map *map, bool is_set) {
    if (write_seen(w, map))
        return true;
    put_tag(w, is_set ? 'e' : 'm');
    size_t position = 0;
    Value key, v;
    while (map_next(map, &position, &key, &v)) {
        if (!write_part(w, key, (Step){.kind = is_set ? STEP_MEMBER : STEP_KEY}))
            return false;
        if (!is_set && !write_part(w, v, (Step){.kind = STEP_VALUE, .key = key}))
            return false;
    }
    put_tag(w, '.');
    return true;
}

static void write_layout(Writer *w, const Shape *shape) {
    put_number(w, shape->of->id);
    put_number(w, shape->field_count);
    for (uint32_t i = 0; i < shape->field_count; i++) {
        const Str *name = shape_field_name(shape, i);
        put_bytes(w, str_data(name), name->size);
    }
}

static bool write_instance(Writer *w, Instance *instance) {
    Value self = value_from_ref(instance);
    Shape *shape = instance_shape(instance);
    if (shape->of->payload_base)
        return refuse(w, self, "");
    if (shape->of->id >= w->class_limit)
        return refuse(w, self, ", as its class was made after the start");
    if (write_seen(w, instance))
        return true;
    put_tag(w, 'o');
    uint32_t number;
    bool known = numbers_find(&w->layouts, shape, &number);
    put_number(w, number);
    if (!known)
        write_layout(w, shape);
    for (uint32_t i = 0; i < shape->field_count; i++) {
        Value v = slot_get(instance_slot(instance, i));
        Step step = {
            .kind = STEP_FIELD, .key = value_from_ref(shape_field_name(shape, i)), .of = shape->of};
        if (v == VALUE_UNDEF)
            put_tag(w, 'u');
        else if (!write_part(w, v, step))
            return false;
    }
    return true;
}

static void write_str(Writer *w, const Str *s) {
    bool counts = s->size >= MESSAGE_SHARED_STR;
    if (counts && write_seen(w, s))
        return;
    put_tag(w, counts ? 'S' : 's');
    put_bytes(w, str_data(s), s->size);
}

static void write_big(Writer *w, Value v) {
    Text digits = {0};
    integer_print(v, 16, &digits);
    put_tag(w, 'I');
    put_bytes(w, digits.data, digits.length);
    text_free(&digits);
}

static bool write_range(Writer *w, const Range *range) {
    put_tag(w, 'r');
    return write_value(w, range->start) && write_value(w, range->stop) &&
           write_value(w, range->step);
}

static bool write_class(Writer *w, const Class *c) {
    if (c->id >= w->class_limit)
        return refuse(w, value_from_ref(c), ", as it was made after the start");
    put_tag(w, 'c');
    put_number(w, c->id);
    return true;
}

static void write_trace(Writer *w, Value trace) {
    const Runtime *runtime = fiber_runtime(w->fiber);
    const Str *text = runtime->trace_text ? runtime->trace_text(w->fiber, trace) : NULL;
    put_tag(w, 'T');
    put_bytes(w, text ? str_data(text) : "", text ? text->size : 0);
}

static bool write_ref(Writer *w, Value v) {
    Object *object = value_to_ref(v);
    switch ((KindId)object->kind) {
    case KIND_BIG: write_big(w, v); return true;
    case KIND_STR: write_str(w, value_to_str(v)); return true;
    case KIND_BYTES:
        if (write_seen(w, object))
            return true;
        put_tag(w, 'b');
        put_bytes(w, value_to_bytes(v)->data, value_to_bytes(v)->size);
        return true;
    case KIND_LIST: return write_list(w, value_to_list(v));
    case KIND_MAP: return write_map(w, value_to_map(v), false);
    case KIND_SET: return write_map(w, value_to_map(v), true);
    case KIND_RANGE: return write_range(w, value_to_range(v));
    case KIND_INSTANCE: return write_instance(w, (Instance *)object);
    case KIND_CLASS: return write_class(w, (const Class *)object);
    case KIND_TRACE: write_trace(w, v); return true;
    default: return refuse(w, v, "");
    }
}

static bool write_value(Writer *w, Value v) {
    if (value_is_ref(v))
        return write_ref(w, v);
    if (value_is_int(v)) {
        int64_t i = value_to_int(v);
        put_tag(w, 'i');
        put_number(w, (uint64_t)i << 1 ^ (uint64_t)(i >> 63));
    } else if (value_is_double(v)) {
        double d = value_to_double(v);
        put_tag(w, 'd');
        text_append(w->out, (const char *)&d, sizeof d);
    } else {
        put_tag(w, v == VALUE_TRUE ? 't' : v == VALUE_FALSE ? 'f' : 'n');
    }
    return true;
}

bool message_pack(Fiber *fiber, Value v, uint32_t class_limit, Text *out) {
    size_t start = out->length;
    Writer w = {.fiber = fiber, .out = out, .class_limit = class_limit};
    bool ok = write_value(&w, v);
    if (!ok)
        text_shorten(out, start);
    numbers_free(&w.seen);
    numbers_free(&w.layouts);
    return ok;
}
