// SPDX-License-Identifier: MIT
//
// Fuzz target: the layout of any text that parses. It means the same (layout_source looks itself), and laid
// out once more it stays as it is.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "layout/layout.h"
#include "script_mutator.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);

static void check(bool condition) {
    if (!condition)
        abort();
}

static LayoutStatus lay_out(const char *text, size_t size, Text *out) {
    Source *source = source_new("fuzz", text, size);
    Arena arena = {0};
    Diagnostics errors = {.arena = &arena};
    LayoutStatus status = layout_source(source, &errors, out);
    check(status != LAYOUT_DIFFERS);
    check((status == LAYOUT_ERRORS) == (errors.count > 0));
    arena_free(&arena);
    source_free(source);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Text once = {0}, again = {0};
    if (lay_out((const char *)data, size, &once) == LAYOUT_DONE) {
        check(lay_out(text_data(&once), once.length, &again) == LAYOUT_DONE);
        check(once.length == again.length &&
              !memcmp(text_data(&once), text_data(&again), once.length));
    }
    text_free(&once);
    text_free(&again);
    return 0;
}

// Puts a piece of a gap somewhere: most of what a layout decides about.
static size_t insert_gap(uint8_t *data, size_t size, size_t capacity, unsigned seed) {
    static const char *const pieces[] = {"\n",      "\n\n\n", " ", "   ",  "# c\n", "  # d\n",
                                         "\n# e\n", "\\\n",   ";", "\r\n", "\t",    ",",
                                         ";\n",     "{ }",    "(", ")"};
    const char *piece = pieces[seed % (sizeof pieces / sizeof *pieces)];
    size_t length = strlen(piece), place = seed / 16 % (size + 1);
    if (size + length > capacity)
        return size;
    memmove(data + place + length, data + place, size - place);
    memcpy(data + place, piece, length);
    return size + length;
}

// A third of the changes are of gaps, a third of statements, a third of bytes.
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed) {
    switch (seed % 3) {
    case 0: return insert_gap(data, size, capacity, seed / 3);
    case 1: return LLVMFuzzerMutate(data, size, capacity);
    default:
        script_harvest((const char *)data, size);
        return script_mutate((char *)data, size, capacity, seed, 90);
    }
}
