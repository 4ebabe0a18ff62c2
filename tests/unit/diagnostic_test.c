// SPDX-License-Identifier: MIT
//
// Sources and diagnostics: lines, columns, and what is drawn.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/diagnostic.h"

static void check_place(const char *text, uint32_t offset, uint32_t line, uint32_t column) {
    Source *source = source_new("t", text, strlen(text));
    SourcePlace place = source_place(source, offset);
    cr_expect_eq(place.line, line, "`%s` %u: line %u", text, offset, place.line);
    cr_expect_eq(place.column, column, "`%s` %u: column %u", text, offset, place.column);
    source_free(source);
}

Test(source, places) {
    check_place("abc", 0, 1, 1);
    check_place("abc", 2, 1, 3);
    check_place("abc", 3, 1, 4);
    check_place("abc", 99, 1, 4);
    check_place("a\nbc\n", 1, 1, 2);
    check_place("a\nbc\n", 2, 2, 1);
    check_place("a\nbc\n", 5, 3, 1);
    check_place("", 0, 1, 1);
    check_place("变量 = 1", 6, 1, 3);
    check_place("\xEF\xBB\xBFx", 3, 1, 1);
}

Test(source, lines) {
    Source *source = source_new("t", "ab\r\ncd\n", 7);
    cr_expect_eq(source->line_count, 3);
    Span line = source_line(source, 1);
    cr_expect(line.start == 0 && line.length == 2);
    line = source_line(source, 2);
    cr_expect(line.start == 4 && line.length == 2);
    cr_expect_eq(source_line(source, 3).length, 0);
    cr_expect_eq(source_line(source, 4).length, 0);
    cr_expect_eq(source_line(source, 0).length, 0);
    source_free(source);
}

static void check_excerpt(const char *text, Span at, const char *expected) {
    Source *source = source_new("a.conc", text, strlen(text));
    Text out = {0};
    diagnostic_excerpt(&out, source, at, false);
    cr_expect_str_eq(text_data(&out), expected, "is\n%sand not\n%s", text_data(&out), expected);
    text_free(&out);
    source_free(source);
}

// A note stands between excerpt and hint; one to an error that was passed over is passed over too.
Test(diagnostic, causes) {
    Source *source = source_new("a.conc", "a\nb\n", 4);
    Arena arena = {0};
    Diagnostics errors = {.arena = &arena};
    diagnostic_add(&errors, "NameError", (Span){2, 1}, "try c", "no %s", "b");
    diagnostic_cause(&errors, (Span){0, 1}, "`%s` stands", "a");
    diagnostic_add(&errors, "NameError", (Span){2, 1}, NULL, "again");
    diagnostic_cause(&errors, (Span){2, 1}, "other");
    Text out = {0};
    diagnostics_render(&out, source, &errors, false);
    cr_expect_str_eq(text_data(&out), "error: NameError: no b\n  --> a.conc:2:1\n   |\n 2 | b\n"
                                      "   | ^\n  note: `a` stands at a.conc:1:1\n  hint: try c\n");
    text_free(&out);
    arena_free(&arena);
    source_free(source);
}

// An error without a kind is a warning; on a terminal its word is yellow.
Test(diagnostic, warnings) {
    Source *source = source_new("a.conc", "a\n", 2);
    Arena arena = {0};
    Diagnostics warnings = {.arena = &arena};
    diagnostic_add(&warnings, NULL, (Span){0, 1}, NULL, "%s is odd", "a");
    Text out = {0};
    diagnostics_render(&out, source, &warnings, false);
    cr_expect_str_eq(text_data(&out),
                     "warning: a is odd\n  --> a.conc:1:1\n   |\n 1 | a\n   | ^\n");
    text_shorten(&out, 0);
    diagnostic_warning(&out, "a", true);
    cr_expect_str_eq(text_data(&out), "\033[1;33mwarning\033[0m\033[1m: a\033[0m\n");
    text_free(&out);
    arena_free(&arena);
    source_free(source);
}

Test(diagnostic, excerpt) {
    check_excerpt("    return total / count", (Span){17, 1},
                  "  --> a.conc:1:18\n"
                  "   |\n"
                  " 1 |     return total / count\n"
                  "   |                  ^\n");
    check_excerpt("abc def", (Span){4, 3}, "  --> a.conc:1:5\n   |\n 1 | abc def\n   |     ^^^\n");
}

Test(diagnostic, excerpt_widths) {
    // Two columns a Chinese character, four a tab, none a combining accent.
    check_excerpt("变量 = 值 + 1", (Span){9, 3},
                  "  --> a.conc:1:6\n   |\n 1 | 变量 = 值 + 1\n   |        ^^\n");
    check_excerpt("\tx y", (Span){3, 1}, "  --> a.conc:1:4\n   |\n 1 |     x y\n   |       ^\n");
    check_excerpt("e\xCC\x81 x", (Span){4, 1},
                  "  --> a.conc:1:4\n   |\n 1 | e\xCC\x81 x\n   |   ^\n");
}

Test(diagnostic, excerpt_edges) {
    check_excerpt("", (Span){0, 0}, "  --> a.conc:1:1\n   |\n 1 |\n   | ^\n");
    check_excerpt("ab\n", (Span){2, 1}, "  --> a.conc:1:3\n   |\n 1 | ab\n   |   ^\n");
    check_excerpt("a\nb", (Span){0, 3}, "  --> a.conc:1:1\n   |\n 1 | a\n   | ^\n");
    check_excerpt("a\x1b[31mb\xff", (Span){6, 1},
                  "  --> a.conc:1:7\n   |\n 1 | a\xEF\xBF\xBD[31mb\xEF\xBF\xBD\n   |       ^\n");
}

Test(diagnostic, long_lines_are_cut) {
    char text[5001];
    memset(text, 'x', 5000);
    text[5000] = '\0';
    Source *source = source_new("a.conc", text, 5000);
    for (uint32_t offset = 0; offset <= 5000; offset += 250) {
        Text out = {0};
        diagnostic_excerpt(&out, source, (Span){offset, 1}, false);
        cr_expect_lt(out.length, 700);
        text_free(&out);
    }
    source_free(source);
}

Test(diagnostic, whole_and_colour) {
    Source *source = source_new("a.conc", "x y\nz w", 7);
    Arena arena = {0};
    Diagnostics errors = {.arena = &arena};
    diagnostic_add(&errors, "SyntaxError", (Span){6, 1}, NULL, "unexpected %s", "w");
    diagnostic_add(&errors, "SyntaxError", (Span){2, 1}, "a hint", "unexpected y");
    diagnostic_add(&errors, "NameError", (Span){2, 1}, NULL, "a second one at the same place");
    Text out = {0};
    diagnostics_render(&out, source, &errors, false);
    cr_expect_str_eq(text_data(&out), "error: SyntaxError: unexpected y\n"
                                      "  --> a.conc:1:3\n   |\n 1 | x y\n   |   ^\n"
                                      "  hint: a hint\n"
                                      "\n"
                                      "error: SyntaxError: unexpected w\n"
                                      "  --> a.conc:2:3\n   |\n 2 | z w\n   |   ^\n");
    text_free(&out);
    diagnostics_render(&out, source, &errors, true);
    cr_expect_not_null(strstr(text_data(&out), "\033[1;31merror\033[0m"));
    text_free(&out);
    arena_free(&arena);
    source_free(source);
}
