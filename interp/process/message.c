// SPDX-License-Identifier: MIT
//
// Writing and reading messages. The format is drawn in the header.
#include "process/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "object/bytes.h"
#include "object/error.h"
#include "object/list.h"
#include "object/map.h"
#include "object/operate.h"
#include "object/range.h"
#include "object/root.h"
#include "object/str.h"

enum { VERSION = 1, SHARED_STR = 32, MOST_FIELDS = 1 << 20, TRUSTED_COUNT = 256 };
static const char MAGIC[4] = {'C', 'O', 'N', 'C'};

size_t message_size(const char *data, size_t size) {
    if (size < MESSAGE_HEADER)
        return memcmp(data, MAGIC, size < 4 ? size : 4) ? SIZE_MAX : 0;
    bool good = !memcmp(data, MAGIC, 4) && data[4] == VERSION &&
                (data[5] == MESSAGE_RESULT || data[5] == MESSAGE_ERROR) && !data[6] && !data[7];
    uint64_t length = 0;
    for (int i = 0; i < 8; i++)
        length |= (uint64_t)(uint8_t)data[8 + i] << (8 * i);
    return good && length < SIZE_MAX / 2 ? MESSAGE_HEADER + (size_t)length : SIZE_MAX;
}

// ---- Writing -------------------------------------------------------------------------------------

// Numbers of pointers, in the order of their first coming: open addressing.
typedef struct Numbers {
    const void **keys;
    uint32_t *numbers;
    uint32_t count, capacity;
} Numbers;

// One step from the message's value to a part of it.
typedef struct Step {
    enum { STEP_ELEMENT, STEP_KEY, STEP_VALUE, STEP_FIELD } kind;
    size_t index;
    Value key; // STEP_VALUE: the key; STEP_FIELD: the name
} Step;

typedef struct Writer {
    Fiber *fiber;
    Text *out;
    Numbers seen, layouts;
    uint32_t class_limit;
    uint32_t depth;
    Step path[MESSAGE_DEPTH];
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

// "result[2].next": the steps to the part that is being written.
static void describe_path(Writer *w, Text *path) {
    text_string(path, "result");
    for (uint32_t i = 0; i < w->depth && path->length < 200; i++) {
        const Step *step = &w->path[i];
        bool named = value_is_str(step->key);
        switch (step->kind) {
        case STEP_ELEMENT: text_format(path, "[%zu]", step->index); break;
        case STEP_KEY: text_string(path, ", a key"); break;
        case STEP_FIELD: text_format(path, ".%s", value_to_str(step->key)->data); break;
        default:
            text_char(path, '[');
            if (named)
                str_repr(value_to_str(step->key), path);
            else if (value_is_integer(step->key))
                integer_print(step->key, 10, path);
            else
                text_string(path, "...");
            text_char(path, ']');
        }
    }
}

static bool refuse(Writer *w, Value v, const char *why) {
    Text path = {0};
    describe_path(w, &path);
    throw_type(w->fiber, "cannot send '%s' object to another process%s (%s)",
               value_type_name(fiber_runtime(w->fiber), v), why, text_data(&path));
    text_free(&path);
    return false;
}

static bool write_part(Writer *w, Value v, Step step) {
    if (w->depth == MESSAGE_DEPTH) {
        throw_error(w->fiber, ERROR_RecursionError,
                    "cannot send an object that is nested more than %d levels deep", MESSAGE_DEPTH);
        return false;
    }
    w->path[w->depth++] = step;
    bool ok = write_value(w, v);
    if (ok)
        w->depth--;
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
        if (!write_part(w, key, (Step){.kind = STEP_KEY}))
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
        put_bytes(w, name->data, name->size);
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
        Step step = {.kind = STEP_FIELD, .key = value_from_ref(shape_field_name(shape, i))};
        if (v == VALUE_UNDEF)
            put_tag(w, 'u');
        else if (!write_part(w, v, step))
            return false;
    }
    return true;
}

static void write_str(Writer *w, const Str *s) {
    bool counts = s->size >= SHARED_STR;
    if (counts && write_seen(w, s))
        return;
    put_tag(w, counts ? 'S' : 's');
    put_bytes(w, s->data, s->size);
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
    put_bytes(w, text ? text->data : "", text ? text->size : 0);
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

static void set_length(Text *out, size_t start) {
    uint64_t length = out->length - start - MESSAGE_HEADER;
    for (int i = 0; i < 8; i++)
        out->data[start + 8 + (size_t)i] = (char)(length >> (8 * i));
}

bool message_write(Fiber *fiber, MessageKind kind, Value v, uint32_t class_limit, Text *out) {
    size_t start = out->length;
    const char header[MESSAGE_HEADER] = {MAGIC[0], MAGIC[1], MAGIC[2],
                                         MAGIC[3], VERSION,  (char)kind};
    Writer *w = os_malloc(sizeof *w); // the path is large
    *w = (Writer){.fiber = fiber, .out = out, .class_limit = class_limit};
    text_append(out, header, sizeof header);
    bool ok = write_value(w, v);
    if (ok)
        set_length(out, start);
    else
        text_shorten(out, start);
    numbers_free(&w->seen);
    numbers_free(&w->layouts);
    free(w);
    return ok;
}

// ---- Reading -------------------------------------------------------------------------------------

typedef struct Layout {
    Class *of;
    size_t field_count;
    size_t first_name; // in Reader.names
} Layout;

typedef struct Reader {
    Fiber *fiber;
    const char *at, *end;
    List *seen, *names; // rooted
    Layout *layouts;
    size_t layout_count, layout_capacity;
    uint32_t depth;
    bool threw; // fiber->error says why
} Reader;

static bool read_value(Reader *r, Value *out);

static size_t left(const Reader *r) { return (size_t)(r->end - r->at); }

static bool get_tag(Reader *r, char *tag) {
    if (r->at == r->end)
        return false;
    *tag = *r->at++;
    return true;
}

static bool get_number(Reader *r, uint64_t *n) {
    *n = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        char c;
        if (!get_tag(r, &c))
            return false;
        *n |= (uint64_t)(c & 127) << shift;
        if (!(c & 128))
            return true;
    }
    return false;
}

// As many bytes as the number before them says.
static bool get_bytes(Reader *r, const char **data, size_t *size) {
    uint64_t n;
    if (!get_number(r, &n) || n > left(r))
        return false;
    *data = r->at;
    *size = (size_t)n;
    r->at += n;
    return true;
}

// What takes more memory than the message itself is asked for first. Nothing is allocated on a mere
// promise of elements to come beyond TRUSTED_COUNT: nested lists could promise the same bytes again.
static bool has_room(Reader *r, size_t bytes) {
    if (heap_has_room(r->fiber->heap, bytes))
        return true;
    throw_memory(r->fiber, bytes);
    r->threw = true;
    return false;
}

static bool append(Reader *r, List *list, Value v) {
    if (list_append(r->fiber, list, v))
        return true;
    r->threw = true;
    return false;
}

static bool see(Reader *r, Value v) { return append(r, r->seen, v); }

static bool read_int(Reader *r, Value *out) {
    uint64_t n;
    if (!get_number(r, &n))
        return false;
    *out = integer_from_int64(r->fiber->heap, (int64_t)(n >> 1) ^ -(int64_t)(n & 1));
    return true;
}

static bool read_big(Reader *r, Value *out) {
    const char *digits;
    size_t size;
    if (!get_bytes(r, &digits, &size) || !has_room(r, size))
        return false;
    *out = integer_parse(r->fiber->heap, digits, size, 16);
    return *out != VALUE_UNDEF;
}

static bool read_float(Reader *r, Value *out) {
    double d;
    if (left(r) < sizeof d)
        return false;
    memcpy(&d, r->at, sizeof d);
    r->at += sizeof d;
    *out = value_from_double(d);
    return true;
}

static bool read_str(Reader *r, Value *out) {
    const char *data;
    size_t size;
    if (!get_bytes(r, &data, &size) || !str_valid(data, size) || !has_room(r, size))
        return false;
    *out = value_from_ref(str_new(r->fiber->heap, data, size));
    return true;
}

static bool read_bytes(Reader *r, Value *out) {
    const char *data;
    size_t size;
    if (!get_bytes(r, &data, &size) || !has_room(r, size))
        return false;
    *out = value_from_ref(bytes_new(r->fiber->heap, data, size));
    return see(r, *out);
}

static bool read_list(Reader *r, Value *out) {
    uint64_t count;
    if (!get_number(r, &count) || count > left(r))
        return false;
    List *list = list_new(r->fiber->heap, count < TRUSTED_COUNT ? (size_t)count : TRUSTED_COUNT);
    *out = value_from_ref(list);
    if (!see(r, *out))
        return false;
    for (uint64_t i = 0; i < count; i++) {
        Value v;
        if (!read_value(r, &v) || v == VALUE_UNDEF || !append(r, list, v))
            return false;
    }
    return true;
}

// The key's hash may be a script's function, so both are rooted meanwhile.
static bool store_entry(Reader *r, Map *map, Value key, Value v) {
    uint32_t mark = root_mark(r->fiber);
    root_push(r->fiber, key);
    root_push(r->fiber, v);
    bool ok = map_set(r->fiber, map, key, v);
    root_release(r->fiber, mark);
    if (!ok)
        r->threw = true;
    return ok;
}

static bool read_map(Reader *r, bool is_set, Value *out) {
    Map *map = is_set ? set_new(r->fiber->heap) : map_new(r->fiber->heap);
    *out = value_from_ref(map);
    if (!see(r, *out))
        return false;
    while (r->at < r->end && *r->at != '.') {
        Value key, v = VALUE_NIL;
        if (!read_value(r, &key) || key == VALUE_UNDEF)
            return false;
        uint32_t mark = root_mark(r->fiber);
        root_push(r->fiber, key);
        bool ok =
            (is_set || (read_value(r, &v) && v != VALUE_UNDEF)) && store_entry(r, map, key, v);
        root_release(r->fiber, mark);
        if (!ok)
            return false;
    }
    char tag;
    return get_tag(r, &tag);
}

static bool read_range(Reader *r, Value *out) {
    Value part[3];
    for (int i = 0; i < 3; i++)
        if (!read_value(r, &part[i]) || !value_is_integer(part[i]))
            return false;
    if (part[2] == value_from_int(0))
        return false;
    *out = range_new_checked(r->fiber, part[0], part[1], part[2]);
    r->threw |= *out == VALUE_UNDEF;
    return *out != VALUE_UNDEF;
}

// A class whose instances are plain: none of the built-in types, whose C code expects its own structs.
static bool is_plain(const Runtime *runtime, const Class *c) {
    if (c->payload_base || c->construct != VALUE_UNDEF)
        return false;
    for (int i = 0; i < TYPE_COUNT; i++)
        if (runtime->types[i] == c)
            return false;
    for (int i = 0; i < KIND_COUNT; i++)
        if (runtime->kind_class[i] == c)
            return false;
    return true;
}

static bool read_class_id(Reader *r, Class **out) {
    uint64_t id;
    if (!get_number(r, &id) || id > UINT32_MAX)
        return false;
    *out = class_with_id(fiber_runtime(r->fiber), (uint32_t)id);
    return *out != NULL;
}

static bool read_layout(Reader *r) {
    Layout layout = {.first_name = list_length(r->names)};
    uint64_t count;
    if (!read_class_id(r, &layout.of) || !is_plain(fiber_runtime(r->fiber), layout.of))
        return false;
    if (!get_number(r, &count) || count > left(r) || count > MOST_FIELDS)
        return false;
    layout.field_count = (size_t)count;
    for (uint64_t i = 0; i < count; i++) {
        const char *name;
        size_t size;
        if (!get_bytes(r, &name, &size) || !str_valid(name, size))
            return false;
        Str *s = str_intern(fiber_runtime(r->fiber), r->fiber->heap, name, size);
        if (!append(r, r->names, value_from_ref(s)))
            return false;
    }
    if (r->layout_count == r->layout_capacity) {
        r->layout_capacity = r->layout_capacity ? r->layout_capacity * 2 : 8;
        r->layouts = os_realloc(r->layouts, r->layout_capacity * sizeof *r->layouts);
    }
    r->layouts[r->layout_count++] = layout;
    return true;
}

static bool read_instance(Reader *r, Value *out) {
    uint64_t number;
    if (!get_number(r, &number) || number > r->layout_count)
        return false;
    if (number == r->layout_count && !read_layout(r))
        return false;
    Layout layout = r->layouts[number];
    if (!has_room(r, layout.field_count * sizeof(Value)))
        return false;
    Instance *instance = instance_new(r->fiber->heap, layout.of);
    *out = value_from_ref(instance);
    if (!see(r, *out))
        return false;
    for (size_t i = 0; i < layout.field_count; i++) {
        Value v;
        if (!read_value(r, &v))
            return false;
        if (v == VALUE_UNDEF)
            continue;
        instance_set(r->fiber, instance, value_to_str(list_get(r->names, layout.first_name + i)),
                     v);
    }
    return true;
}

static bool read_class(Reader *r, Value *out) {
    Class *c;
    if (!read_class_id(r, &c))
        return false;
    *out = value_from_ref(c);
    return true;
}

static bool read_trace(Reader *r, Value *out) {
    const Runtime *runtime = fiber_runtime(r->fiber);
    if (!read_str(r, out))
        return false;
    if (runtime->trace_from_text)
        *out = runtime->trace_from_text(r->fiber, value_to_str(*out));
    return true;
}

static bool read_seen(Reader *r, Value *out) {
    uint64_t number;
    if (!get_number(r, &number) || number >= list_length(r->seen))
        return false;
    *out = list_get(r->seen, (size_t)number);
    return true;
}

static bool read_tagged(Reader *r, char tag, Value *out) {
    switch (tag) {
    case 'n': *out = VALUE_NIL; return true;
    case 't': *out = VALUE_TRUE; return true;
    case 'f': *out = VALUE_FALSE; return true;
    case 'u': *out = VALUE_UNDEF; return true;
    case 'i': return read_int(r, out);
    case 'I': return read_big(r, out);
    case 'd': return read_float(r, out);
    case 's': return read_str(r, out);
    case 'S': return read_str(r, out) && see(r, *out);
    case 'b': return read_bytes(r, out);
    case 'l': return read_list(r, out);
    case 'm': return read_map(r, false, out);
    case 'e': return read_map(r, true, out);
    case 'r': return read_range(r, out);
    case 'o': return read_instance(r, out);
    case 'c': return read_class(r, out);
    case 'T': return read_trace(r, out);
    case '=': return read_seen(r, out);
    default: return false;
    }
}

static bool read_value(Reader *r, Value *out) {
    char tag;
    if (r->depth > MESSAGE_DEPTH + 2 || !get_tag(r, &tag))
        return false;
    r->depth++;
    bool ok = read_tagged(r, tag, out);
    r->depth--;
    return ok;
}

MessageStatus message_read(Fiber *fiber, const char *data, size_t size, MessageKind *kind,
                           Value *out) {
    if (size < MESSAGE_HEADER || message_size(data, size) != size)
        return MESSAGE_MALFORMED;
    *kind = (MessageKind)data[5];
    Reader r = {.fiber = fiber, .at = data + MESSAGE_HEADER, .end = data + size};
    uint32_t mark = root_mark(fiber);
    r.seen = list_new(fiber->heap, 0);
    root_push(fiber, value_from_ref(r.seen));
    r.names = list_new(fiber->heap, 0);
    root_push(fiber, value_from_ref(r.names));
    bool ok = read_value(&r, out) && r.at == r.end && *out != VALUE_UNDEF;
    root_release(fiber, mark);
    free(r.layouts);
    return ok ? MESSAGE_OK : r.threw ? MESSAGE_THREW : MESSAGE_MALFORMED;
}
