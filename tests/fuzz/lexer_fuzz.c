// SPDX-License-Identifier: MIT
//
// Fuzz target: the lexer's scanners on any text. Each token must make progress and stay inside.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/lexer.h"
#include "syntax/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool condition) {
    if (!condition)
        abort();
}

static void look_around(const Lexer *at) {
    Lexer lexer = *at;
    const char *end;
    check(lexer_peek(&lexer, true) <= lexer.end);
    (void)lexer_key_follows(&lexer);
    const char *word = lexer_word_follows(&lexer, "fn");
    check(!word || word <= lexer.end);
    lexer_scan_text(&lexer, false, &end);
    check(lexer.cursor <= lexer.end && end <= lexer.cursor && lexer.token <= end);
    lexer = *at;
    lexer_scan_text(&lexer, true, &end);
    check(lexer.cursor <= lexer.end && end <= lexer.cursor && lexer.token <= end);
    lexer = *at;
    lexer_scan_format(&lexer);
    check(lexer.cursor <= lexer.end);
    lexer = *at;
    lexer_skip_lines(&lexer);
    check(lexer.cursor <= lexer.end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (memchr(data, '\0', size))
        return 0; // parse_source refuses such texts before the lexer sees them
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    Lexer lexer = {.start = text, .end = text + size, .cursor = text};
    for (size_t count = 0;; count++) {
        const char *before = lexer.cursor;
        if (lexer_scan(&lexer) == TOKEN_END)
            break;
        check(lexer.token >= before && lexer.cursor > lexer.token && lexer.cursor <= lexer.end);
        if (count < 64)
            look_around(&lexer);
    }
    check(lexer.cursor == lexer.end);
    free(text);
    return 0;
}
