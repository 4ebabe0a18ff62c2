// SPDX-License-Identifier: MIT
//
// Layout: read, lay out, and hold the result to the source. What the layout does to blanks and newlines
// rests on what the grammar says of them; should it be wrong somewhere, a file is left alone and not damaged.
#include "layout/layout.h"

#include <string.h>

#include "layout/breaks.h"
#include "layout/write.h"

// A text that has been read.
typedef struct Reading {
    const Source *source;
    Arena arena;
    Module *module;
    TokenList tokens;
    Words words;
} Reading;

static bool reading_start(Reading *reading, const Source *source, Diagnostics *diagnostics) {
    *reading = (Reading){.source = source};
    if (parse_source_tokens(source, &reading->arena, diagnostics, &reading->module,
                            &reading->tokens) != PARSE_OK)
        return false;
    reading->words = words_new(source, &reading->tokens);
    return true;
}

static void reading_end(Reading *reading) {
    words_free(&reading->words);
    token_list_free(&reading->tokens);
    arena_free(&reading->arena);
}

// ---- The same as before? ----------------------------------------------------------------------

static bool same_tree(const Module *a, const Module *b) {
    Text one = {0}, other = {0};
    ast_print(&one, a);
    ast_print(&other, b);
    bool same =
        one.length == other.length && !memcmp(text_data(&one), text_data(&other), one.length);
    text_free(&one);
    text_free(&other);
    return same;
}

// All comments of a text in their order, a line each. Those within strings are a part of these.
static void collect_comments(const Words *words, Text *out) {
    for (uint32_t i = 0; i < words->count; i++) {
        Gap gap = gap_before(words, i);
        for (GapPiece piece; (piece = gap_next(&gap)) != GAP_END;)
            if (piece == GAP_COMMENT) {
                text_append(out, words->source->bytes + gap.comment.start, gap.comment.length);
                text_char(out, '\n');
            }
    }
}

static bool same_comments(const Words *a, const Words *b) {
    Text one = {0}, other = {0};
    collect_comments(a, &one);
    collect_comments(b, &other);
    bool same =
        one.length == other.length && !memcmp(text_data(&one), text_data(&other), one.length);
    text_free(&one);
    text_free(&other);
    return same;
}

static bool same_meaning(const Reading *reading, const Text *result) {
    Source *source = source_new(reading->source->name, text_data(result), result->length);
    Arena arena = {0};
    Diagnostics errors = {.arena = &arena};
    Reading again;
    bool same = reading_start(&again, source, &errors) &&
                same_tree(reading->module, again.module) &&
                same_comments(&reading->words, &again.words);
    reading_end(&again);
    arena_free(&arena);
    source_free(source);
    return same;
}

// ---- The door ---------------------------------------------------------------------------------

static LayoutStatus lay_out(Reading *reading, Text *result) {
    Lines lines = {.source = reading->source};
    breaks_mark(&reading->words);
    bool whole = words_write(&reading->words, &lines);
    if (whole)
        lines_write(&lines, result);
    lines_free(&lines);
    if (!whole || result->length > SOURCE_SIZE_LIMIT)
        return LAYOUT_TOO_LARGE;
    return same_meaning(reading, result) ? LAYOUT_DONE : LAYOUT_DIFFERS;
}

LayoutStatus layout_source(const Source *source, Diagnostics *diagnostics, Text *out) {
    Reading reading;
    Text result = {0};
    LayoutStatus status = LAYOUT_ERRORS;
    if (reading_start(&reading, source, diagnostics))
        status = lay_out(&reading, &result);
    if (status == LAYOUT_DONE)
        text_append(out, text_data(&result), result.length);
    text_free(&result);
    reading_end(&reading);
    return status;
}
