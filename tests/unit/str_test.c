// SPDX-License-Identifier: MIT
//
// Strings: code points against a plain array of them, the index of long texts, interning, searching.
#include "../support/vm_support.h"
#include "object/str_search.h"

enum { MOST = 700 };

typedef struct Model { // the same text as an array
    uint32_t points[MOST];
    size_t length;
    Str *str;
} Model;

// From one to four bytes each; some texts are ASCII only.
static uint32_t random_point(Random *random, bool ascii) {
    static const uint32_t limits[] = {0x80, 0x800, 0x10000, 0x110000};
    size_t size = ascii ? 0 : random_below(random, 4);
    uint32_t from = size ? limits[size - 1] : 0;
    for (;;) {
        uint32_t c = from + (uint32_t)random_below(random, limits[size] - from);
        if (c < 0xd800 || c > 0xdfff)
            return c;
    }
}

static void random_text(Vm *vm, Random *random, Model *model) {
    bool ascii = random_below(random, 4) == 0;
    Text text = {0};
    model->length = random_below(random, random_below(random, 2) ? MOST : 20);
    for (size_t i = 0; i < model->length; i++) {
        char bytes[UTF8_MOST];
        model->points[i] = random_point(random, ascii);
        text_append(&text, bytes, utf8_put(bytes, model->points[i]));
    }
    model->str = str_from_text(vm_fiber(vm)->heap, &text);
    text_free(&text);
}

static void expect_points(Str *s, const uint32_t *points, size_t length) {
    cr_assert_eq(s->length, length);
    cr_assert_eq(str_data(s)[s->size], '\0');
    cr_assert_eq(str_is_ascii(s), s->size == length);
    const char *at = str_data(s);
    for (size_t i = 0; i < length; i++)
        cr_assert_eq(utf8_next(&at), points[i]);
    cr_assert_eq(at, str_data(s) + s->size);
}

Test(str, code_points_by_index) {
    Vm *vm = test_vm_new();
    LocalHeap *heap = vm_fiber(vm)->heap;
    Random random = {1};
    static Model m;
    for (int turn = 0; turn < 150; turn++) {
        random_text(vm, &random, &m);
        expect_points(m.str, m.points, m.length);
        for (int i = 0; i < 200; i++) {
            size_t at = random_below(&random, m.length + 1), offset = str_offset(heap, m.str, at);
            cr_assert_eq(str_position(heap, m.str, offset), at);
            if (at == m.length) {
                cr_assert_eq(offset, m.str->size);
                continue;
            }
            const char *c = str_data(m.str) + offset;
            cr_assert_eq(utf8_next(&c), m.points[at]);
            Value one = str_at(vm_fiber(vm), m.str, (int64_t)at);
            expect_points(value_to_str(one), &m.points[at], 1);
            one = str_at(vm_fiber(vm), m.str, (int64_t)at - (int64_t)m.length);
            expect_points(value_to_str(one), &m.points[at], 1);
        }
        cr_assert_eq(str_at(vm_fiber(vm), m.str, (int64_t)m.length), VALUE_UNDEF);
        vm_take_error(vm, ERROR_IndexError);
        cr_assert_eq(str_at(vm_fiber(vm), m.str, -(int64_t)m.length - 1), VALUE_UNDEF);
        vm_take_error(vm, ERROR_IndexError);
        size_t offset = 0, count = 0;
        Value c;
        while ((c = str_next(vm_fiber(vm), m.str, &offset)) != VALUE_UNDEF) {
            expect_points(value_to_str(c), &m.points[count], 1);
            count++;
        }
        cr_assert_eq(count, m.length);
    }
    test_vm_free(vm);
}

Test(str, parts) {
    Vm *vm = test_vm_new();
    Random random = {2};
    static Model m;
    static uint32_t part[MOST];
    for (int turn = 0; turn < 2000; turn++) {
        random_text(vm, &random, &m);
        size_t from = random_below(&random, m.length + 1);
        size_t to = from + random_below(&random, m.length - from + 1);
        expect_points(str_substring(vm_fiber(vm)->heap, m.str, from, to), m.points + from,
                      to - from);
        if (m.length == 0)
            continue;
        // every step that stays in the text
        size_t start = random_below(&random, m.length);
        int64_t step = (int64_t)random_below(&random, 9) - 4;
        if (step == 0)
            step = 5;
        size_t count = step > 0 ? (m.length - start + (size_t)step - 1) / (size_t)step
                                : start / (size_t)-step + 1;
        for (size_t i = 0; i < count; i++)
            part[i] = m.points[(size_t)((int64_t)start + step * (int64_t)i)];
        Value slice = str_slice(vm_fiber(vm), m.str, start, step, count);
        expect_points(value_to_str(slice), part, count);
        if (turn % 100 == 0)
            vm_collect(vm);
    }
    test_vm_free(vm);
}

Test(str, order_is_that_of_code_points) {
    Vm *vm = test_vm_new();
    Random random = {3};
    static Model a, b;
    for (int turn = 0; turn < 5000; turn++) {
        random_text(vm, &random, &a);
        random_text(vm, &random, &b);
        size_t shared = random_below(&random, (a.length < b.length ? a.length : b.length) + 1);
        Text text = {0}; // b begins as a does
        text_append(&text, str_data(a.str), str_offset(vm_fiber(vm)->heap, a.str, shared));
        size_t tail = str_offset(vm_fiber(vm)->heap, b.str, shared);
        text_append(&text, str_data(b.str) + tail, b.str->size - tail);
        b.str = str_from_text(vm_fiber(vm)->heap, &text);
        text_free(&text);
        memcpy(b.points, a.points, shared * sizeof *a.points);
        int want = 0;
        for (size_t i = 0; want == 0 && i < a.length && i < b.length; i++)
            want = a.points[i] < b.points[i] ? -1 : a.points[i] > b.points[i];
        if (want == 0)
            want = a.length < b.length ? -1 : a.length > b.length;
        int got = str_compare(a.str, b.str);
        cr_assert_eq((got > 0) - (got < 0), want);
        cr_assert_eq(str_equal(a.str, b.str), want == 0);
        Str *copy = str_new(vm_fiber(vm)->heap, str_data(a.str), a.str->size);
        cr_assert(str_equal(a.str, copy));
        cr_assert_eq(str_hash(a.str), str_hash(copy));
    }
    test_vm_free(vm);
}

Test(str, concatenation_and_repetition) {
    Vm *vm = test_vm_new();
    Random random = {4};
    static Model a, b;
    static uint32_t both[2 * MOST];
    for (int turn = 0; turn < 1000; turn++) {
        random_text(vm, &random, &a);
        random_text(vm, &random, &b);
        memcpy(both, a.points, a.length * sizeof *both);
        memcpy(both + a.length, b.points, b.length * sizeof *both);
        expect_points(value_to_str(str_concat(vm_fiber(vm), a.str, b.str)), both,
                      a.length + b.length);
        memcpy(both + a.length, a.points, a.length * sizeof *both);
        expect_points(value_to_str(str_repeat(vm_fiber(vm), a.str, 2)), both, 2 * a.length);
        expect_points(value_to_str(str_repeat(vm_fiber(vm), a.str, -1)), both, 0);
    }
    cr_expect_eq(str_repeat(vm_fiber(vm), str_from_c(vm_fiber(vm)->heap, "ab"), INT64_MAX),
                 VALUE_UNDEF);
    vm_take_error(vm, ERROR_MemoryError);
    test_vm_free(vm);
}

// --- interning ---

Test(str, interned_texts_are_one_object) {
    Vm *vm = test_vm_new();
    LocalHeap *heap = vm_fiber(vm)->heap;
    Str *first[500];
    for (int i = 0; i < 500; i++) {
        char name[20];
        snprintf(name, sizeof name, "name %d", i);
        first[i] = str_intern_c(vm->runtime, heap, name);
        vm_keep(vm, value_from_ref(first[i]));
    }
    for (int i = 0; i < 500; i++) {
        char name[20];
        snprintf(name, sizeof name, "name %d", i);
        cr_assert_eq(str_intern_c(vm->runtime, heap, name), first[i]);
        cr_assert_eq(str_interned(vm->runtime, heap, str_from_c(heap, name)), first[i]);
    }
    vm_collect(vm);
    cr_expect_eq(str_intern_c(vm->runtime, heap, "name 77"), first[77]);
    test_vm_free(vm);
}

Test(str, interned_texts_that_nobody_uses_are_forgotten) {
    Vm *vm = test_vm_new();
    vm_collect(vm);
    size_t before = vm->runtime->intern_count;
    for (int i = 0; i < 5000; i++) {
        char name[20];
        snprintf(name, sizeof name, "gone %d", i);
        str_intern_c(vm->runtime, vm_fiber(vm)->heap, name);
    }
    cr_expect_eq(vm->runtime->intern_count, before + 5000);
    vm_collect(vm);
    cr_expect_eq(vm->runtime->intern_count, before);
    test_vm_free(vm);
}

// --- bytes to text ---

Test(str, what_is_utf_8) {
    static const struct {
        const char *bytes;
        size_t valid; // bytes of the longest valid beginning; SIZE_MAX: all
    } each[] = {
        {"plain", SIZE_MAX},
        {"\xc3\xa9\xe6\xb1\x89\xf0\x9f\x98\x80", SIZE_MAX},
        {"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", SIZE_MAX},
        {"a\x80", 1},             // a continuation alone
        {"a\xc3", 1},             // cut off
        {"a\xe6\xb1", 1},         //
        {"a\xf0\x9f\x98", 1},     //
        {"a\xc0\xaf", 1},         // overlong
        {"a\xc1\xbf", 1},         //
        {"a\xe0\x9f\xbf", 1},     //
        {"a\xf0\x8f\xbf\xbf", 1}, //
        {"a\xed\xa0\x80", 1},     // surrogates
        {"a\xed\xbf\xbf", 1},     //
        {"a\xf4\x90\x80\x80", 1}, // beyond U+10FFFF
        {"a\xf5\x80\x80\x80", 1}, //
        {"a\xff", 1},             //
        {"\xc3\xa9\xc3(", 2},     // a lead without its continuation
    };
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        size_t size = strlen(each[i].bytes),
               want = each[i].valid == SIZE_MAX ? size : each[i].valid;
        cr_expect_eq(str_valid_prefix(each[i].bytes, size), want, "row %zu", i);
        cr_expect_eq(str_valid(each[i].bytes, size), want == size, "row %zu", i);
    }
}

Test(str, any_bytes_become_text) {
    Vm *vm = test_vm_new();
    Random random = {5};
    for (int turn = 0; turn < 20000; turn++) {
        char bytes[24];
        size_t size = random_below(&random, sizeof bytes);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (char)(random_below(&random, 3) ? 0x80 + random_below(&random, 0x80)
                                                       : random_below(&random, 0x80));
        Str *s = str_from_utf8_lossy(vm_fiber(vm)->heap, bytes, size);
        cr_assert(str_valid(str_data(s), s->size));
        size_t prefix = str_valid_prefix(bytes, size);
        cr_assert_eq(memcmp(str_data(s), bytes, prefix), 0);
        if (prefix == size)
            cr_assert_eq(s->size, size);
    }
    test_vm_free(vm);
}

// Wherever in a text it stands, what is no ASCII is found, counted, and refused where it is no UTF-8.
Test(str, one_place_that_is_not_ascii) {
    enum { LONGEST = 80 };
    Vm *vm = test_vm_new();
    LocalHeap *heap = vm_fiber(vm)->heap;
    char text[LONGEST];
    for (size_t size = 2; size <= LONGEST; size++) {
        memset(text, 'a', size);
        cr_assert(str_is_ascii(str_if_valid(heap, text, size)));
        for (size_t at = 0; at + 2 <= size; at++) {
            memset(text, 'a', size);
            memcpy(text + at, "\xc3\xa9", 2);
            Str *s = str_if_valid(heap, text, size), *reserved = str_reserve(heap, size + 30);
            cr_assert_eq(s->length, size - 1);
            cr_assert(!str_is_ascii(s));
            memcpy(reserved->own, text, size);
            cr_assert(str_finish_valid(reserved, size));
            cr_assert(str_equal(reserved, s));
            cr_assert_eq(reserved->length, size - 1);
            text[at + 1] = 'a';
            cr_assert_null(str_if_valid(heap, text, size));
            memcpy(reserved->own, text, size);
            cr_assert(!str_finish_valid(reserved, size));
            cr_assert_eq(str_valid_prefix(text, size), at);
        }
    }
    test_vm_free(vm);
}

// --- searching ---

static bool stands_at(Piece in, Piece needle, size_t at) {
    return at + needle.size <= in.size && memcmp(in.data + at, needle.data, needle.size) == 0;
}

Test(str, searching) {
    Random random = {6};
    char text[300], word[40];
    for (int turn = 0; turn < 100000; turn++) {
        Piece in = {text, random_below(&random, turn % 10 ? 40 : sizeof text)};
        Piece needle = {word, random_below(&random, turn % 7 ? 4 : sizeof word)};
        for (size_t i = 0; i < in.size; i++)
            text[i] = (char)('a' + random_below(&random, 2));
        for (size_t i = 0; i < needle.size; i++)
            word[i] = (char)('a' + random_below(&random, 2));
        if (in.size > needle.size && random_below(&random, 2)) // it is there
            memcpy(text + random_below(&random, in.size - needle.size), word, needle.size);
        size_t first = SEARCH_NONE, last = SEARCH_NONE, count = 0, next = 0;
        for (size_t at = 0; at + needle.size <= in.size; at++) {
            if (!stands_at(in, needle, at))
                continue;
            first = first == SEARCH_NONE ? at : first;
            last = at;
            if (at >= next) {
                count++;
                next = at + needle.size;
            }
        }
        cr_assert_eq(search_first(in, needle), first);
        cr_assert_eq(search_last(in, needle), last);
        if (needle.size)
            cr_assert_eq(search_count(in, needle), count);
        cr_assert_eq(search_starts(in, needle), stands_at(in, needle, 0));
        cr_assert_eq(search_ends(in, needle),
                     in.size >= needle.size && stands_at(in, needle, in.size - needle.size));
    }
}
