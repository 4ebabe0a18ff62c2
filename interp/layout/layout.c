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
    Arena arena;
    Module *module;
    Words words;
} Reading;

static void reading_end(Reading *reading) {
    words_free(&reading->words);
    arena_free(&reading->arena);
}

// False with errors in the diagnostics; then there is nothing to end.
static bool reading_start(Reading *reading, const Source *source, Diagnostics *diagnostics) {
    TokenList tokens = {0};
    *reading = (Reading){0};
    bool ok = parse_source_tokens(source, &reading->arena, diagnostics, &reading->module,
                                  &tokens) == PARSE_OK;
    if (ok)
        reading->words = words_new(source, &tokens);
    else
        arena_free(&reading->arena);
    token_list_free(&tokens);
    return ok;
}

// ---- What must stay the same ------------------------------------------------------------------

// All comments in their order, a line each. Those within strings are a part of these.
static void show_comments(const Words *words, Text *out) {
    for (uint32_t i = 0; i < words->count; i++) {
        Gap gap = gap_before(words, i);
        for (GapPiece piece; (piece = gap_next(&gap)) != GAP_END;)
            if (piece == GAP_COMMENT) {
                text_append(out, words->source->bytes + gap.comment.start, gap.comment.length);
                text_char(out, '\n');
            }
    }
}

// The text's meaning and its comments, as a text. Ends the reading, as both take a lot of memory.
static void reading_show(Reading *reading, Text *out) {
    ast_print(out, reading->module);
    show_comments(&reading->words, out);
    reading_end(reading);
}

static bool has_meaning(const char *name, const Text *result, const Text *meaning) {
    Source *source = source_new(name, text_data(result), result->length);
    Arena arena = {0};
    Diagnostics errors = {.arena = &arena};
    Reading reading;
    Text shown = {0};
    if (reading_start(&reading, source, &errors))
        reading_show(&reading, &shown);
    bool same = !errors.count && shown.length == meaning->length &&
                !memcmp(text_data(&shown), text_data(meaning), shown.length);
    text_free(&shown);
    arena_free(&arena);
    source_free(source);
    return same;
}

// ---- The door ---------------------------------------------------------------------------------

static bool lay_out(Words *words, Text *result) {
    Lines lines = {.source = words->source};
    breaks_mark(words);
    bool whole = words_write(words, &lines);
    if (whole)
        lines_write(&lines, result);
    lines_free(&lines);
    return whole && result->length <= SOURCE_SIZE_LIMIT;
}

LayoutStatus layout_source(const Source *source, Diagnostics *diagnostics, Text *out) {
    Reading reading;
    Text result = {0}, meaning = {0};
    LayoutStatus status = LAYOUT_TOO_LARGE;
    if (!reading_start(&reading, source, diagnostics))
        return LAYOUT_ERRORS;
    bool whole = lay_out(&reading.words, &result);
    reading_show(&reading, &meaning);
    if (whole)
        status = has_meaning(source->name, &result, &meaning) ? LAYOUT_DONE : LAYOUT_DIFFERS;
    if (status == LAYOUT_DONE)
        text_append(out, text_data(&result), result.length);
    text_free(&result);
    text_free(&meaning);
    return status;
}
