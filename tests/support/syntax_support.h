// SPDX-License-Identifier: MIT
//
// What the tests of the front end share: a text is parsed and shown as one string.
#ifndef CONC_TESTS_SYNTAX_SUPPORT_H
#define CONC_TESTS_SYNTAX_SUPPORT_H

#include <stdlib.h>
#include <string.h>

#include "syntax/parse.h"

// The tree, a line a statement; or the errors, a line each: "LINE:COLUMN MESSAGE [HINT]". Free it.
static inline char *parse_shown(const char *text, size_t length, ParseMode mode,
                                ParseStatus *status) {
    Source *source = source_new("test.conc", text, length);
    Arena arena = {0};
    Diagnostics errors = {.arena = &arena};
    Module *module;
    Text out = {0};
    *status = parse_source(source, mode, &arena, &errors, &module);
    if (*status == PARSE_OK) {
        ast_print(&out, module);
    } else {
        Text drawn = {0}; // sorts them, too
        diagnostics_render(&drawn, source, &errors, false);
        text_free(&drawn);
        for (uint32_t i = 0; i < errors.count; i++) {
            const Diagnostic *error = &errors.items[i];
            SourcePlace place = source_place(source, error->at.start);
            text_format(&out, "%u:%u %s", place.line, place.column, error->message);
            text_format(&out, error->hint ? " [%s]\n" : "\n", error->hint);
        }
        if (errors.dropped)
            text_string(&out, "and more\n");
    }
    char *result = strdup(text_data(&out));
    text_free(&out);
    arena_free(&arena);
    source_free(source);
    return result;
}

#endif
