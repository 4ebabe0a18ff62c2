// SPDX-License-Identifier: MIT
//
// Reading values from bytes, with distrust: whatever they are, reading gives a value or says no, and takes no
// more memory than they are worth. Maps are filled as they come, and a key's hash may be a script's
// function: so all that has been made so far is rooted.
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

enum { MOST_FIELDS = 1 << 20, TRUSTED_COUNT = 256 };

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
    if (!get_bytes(r, &digits, &size) || !str_valid(digits, size) || !has_room(r, size))
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

MessageStatus message_unpack(Fiber *fiber, const char *data, size_t size, Value *out) {
    Reader r = {.fiber = fiber, .at = data, .end = data + size};
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
