// SPDX-License-Identifier: MIT
//
// Comparing packed values as they lie there, for priorities: numbers, text, bytes, and lists of these. It
// runs under locks, so it makes nothing, and says where it cannot tell. What it reads was written by
// message_write.c, but it looks where it steps all the same.
#include "process/message.h"

#include <math.h>
#include <string.h>

enum { DEEPEST = 16 };

typedef struct Cursor {
    const char *at, *end;
} Cursor;

typedef struct Bytes {
    const char *data;
    size_t size;
} Bytes;

static bool get_number(Cursor *c, uint64_t *n) {
    *n = 0;
    for (int shift = 0; shift < 64 && c->at < c->end; shift += 7) {
        uint8_t byte = (uint8_t)*c->at++;
        *n |= (uint64_t)(byte & 127) << shift;
        if (!(byte & 128))
            return true;
    }
    return false;
}

static bool get_bytes(Cursor *c, Bytes *out) {
    uint64_t size;
    if (!get_number(c, &size) || size > (size_t)(c->end - c->at))
        return false;
    *out = (Bytes){c->at, (size_t)size};
    c->at += size;
    return true;
}

// --- numbers ---

// An int of any size by sign and hexadecimal digits, or a float.
typedef struct Number {
    bool is_float, negative;
    double real;
    Bytes digits; // without sign; none for 0
    char own[16];
} Number;

static void set_int(Number *n, int64_t v) {
    uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;
    char *at = n->own + sizeof n->own;
    for (; left > 0; left >>= 4)
        *--at = "0123456789abcdef"[left & 15];
    n->negative = v < 0;
    n->digits = (Bytes){at, (size_t)(n->own + sizeof n->own - at)};
}

static bool get_big(Cursor *c, Number *n) {
    Bytes text;
    if (!get_bytes(c, &text) || text.size == 0)
        return false;
    n->negative = text.data[0] == '-';
    n->digits = (Bytes){text.data + n->negative, text.size - n->negative};
    return true;
}

// False: it is none. The cursor stands behind its tag.
static bool get_number_value(Cursor *c, char tag, Number *n) {
    uint64_t zigzag;
    n->is_float = false;
    switch (tag) {
    case 't': set_int(n, 1); return true;
    case 'f': set_int(n, 0); return true;
    case 'I': return get_big(c, n);
    case 'i':
        if (!get_number(c, &zigzag))
            return false;
        set_int(n, (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1));
        return true;
    case 'd':
        if (c->end - c->at < (ptrdiff_t)sizeof n->real)
            return false;
        memcpy(&n->real, c->at, sizeof n->real);
        c->at += sizeof n->real;
        n->is_float = true;
        return true;
    default: return false;
    }
}

static int order_ints(const Number *a, const Number *b) {
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    int order = a->digits.size < b->digits.size ? -1 : a->digits.size > b->digits.size;
    if (order == 0)
        order = memcmp(a->digits.data, b->digits.data, a->digits.size);
    order = order < 0 ? -1 : order > 0;
    return a->negative ? -order : order;
}

// The whole part of a finite float as an int, in `room`.
static void whole_part(double real, Number *out, char room[260]) {
    double whole = fabs(trunc(real));
    char *at = room + 260;
    for (; whole > 0; whole = floor(whole / 16))
        *--at = "0123456789abcdef"[(int)fmod(whole, 16)];
    *out = (Number){.negative = real < 0, .digits = {at, (size_t)(room + 260 - at)}};
    if (out->digits.size == 0)
        out->negative = false;
}

static int order_int_float(const Number *a, double real) {
    if (isinf(real))
        return real > 0 ? -1 : 1;
    char room[260];
    Number whole;
    whole_part(real, &whole, room);
    int order = order_ints(a, &whole);
    double rest = real - trunc(real);
    return order != 0 ? order : rest > 0 ? -1 : rest < 0;
}

// NaN counts as equal to any number (as in sync/order.h).
static int order_numbers(const Number *a, const Number *b) {
    if ((a->is_float && isnan(a->real)) || (b->is_float && isnan(b->real)))
        return 0;
    if (a->is_float && b->is_float)
        return a->real < b->real ? -1 : a->real > b->real;
    if (a->is_float)
        return -order_int_float(b, a->real);
    return b->is_float ? order_int_float(a, b->real) : order_ints(a, b);
}

// --- text, bytes, lists ---

// UTF-8 has the order of its code points.
static int order_bytes(Cursor *a, Cursor *b) {
    Bytes x, y;
    if (!get_bytes(a, &x) || !get_bytes(b, &y))
        return MESSAGE_UNORDERED;
    int order = memcmp(x.data, y.data, x.size < y.size ? x.size : y.size);
    if (order == 0)
        order = x.size < y.size ? -1 : x.size > y.size;
    return order < 0 ? -1 : order > 0;
}

static int order_values(Cursor *a, Cursor *b, int depth);

static int order_lists(Cursor *a, Cursor *b, int depth) {
    uint64_t x, y;
    if (!get_number(a, &x) || !get_number(b, &y))
        return MESSAGE_UNORDERED;
    for (uint64_t i = 0; i < x && i < y; i++) {
        int order = order_values(a, b, depth + 1);
        if (order != 0)
            return order;
    }
    return x < y ? -1 : x > y;
}

static bool is_text(char tag) { return tag == 's' || tag == 'S'; }

static int order_values(Cursor *a, Cursor *b, int depth) {
    if (a->at == a->end || b->at == b->end)
        return MESSAGE_UNORDERED;
    char x = *a->at++, y = *b->at++;
    if ((is_text(x) && is_text(y)) || (x == 'b' && y == 'b'))
        return order_bytes(a, b);
    if (x == 'n' && y == 'n' && depth > 0)
        return 0;
    if (x == 'l' && y == 'l')
        return depth < DEEPEST ? order_lists(a, b, depth) : MESSAGE_UNORDERED;
    Number m, n;
    if (!get_number_value(a, x, &m) || !get_number_value(b, y, &n))
        return MESSAGE_UNORDERED;
    return order_numbers(&m, &n);
}

int message_order(const char *a, size_t a_size, const char *b, size_t b_size) {
    Cursor x = {a, a + a_size}, y = {b, b + b_size};
    return order_values(&x, &y, 0);
}
