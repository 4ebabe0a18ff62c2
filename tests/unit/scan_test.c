// SPDX-License-Identifier: MIT
//
// repl/scan: what is open at the end of an unfinished text.
#include <criterion/criterion.h>
#include <string.h>

#include "repl/scan.h"

static Scan of(const char *text) {
    Scan result;
    scan(text, strlen(text), &result);
    return result;
}

Test(scan, brackets) {
    Scan s = of("f(a, [1, {");
    cr_assert_eq(s.depth, 3);
    cr_assert_eq(s.open[0], 1);
    cr_assert_eq(s.open[1], 5);
    cr_assert_eq(s.open[2], 9);
    cr_assert_eq(of("f(a, [1, {}])").depth, 0);
    cr_assert_eq(of(")").depth, 0);
}

Test(scan, strings_hide_brackets) {
    cr_assert_eq(of("'([{'").depth, 0);
    cr_assert_eq(of("\"([{\"").depth, 0);
    cr_assert_eq(of("'\\'('").depth, 0);
    cr_assert_eq(of("\"\"\"(\n\"(\"\"\"").depth, 0);
}

Test(scan, an_open_string) {
    Scan s = of("open(\"da");
    cr_assert(s.in_string);
    cr_assert_eq(s.string, 6);
    cr_assert_not(of("open(\"da\"").in_string);
    cr_assert(of("\"\"\"two\nlines").in_string);
    cr_assert_not(of("'ends with its line\n").in_string);
}

Test(scan, interpolation_is_code) {
    Scan s = of("\"a ${f(x");
    cr_assert_not(s.in_string);
    cr_assert_eq(s.depth, 2);
    cr_assert_eq(s.open[0], 3);
    s = of("\"a ${f('}')} b");
    cr_assert(s.in_string);
    cr_assert_eq(s.depth, 0);
    cr_assert_eq(of("'plain ${").depth, 0);
}

Test(scan, comments) {
    cr_assert(of("x # (").in_comment);
    cr_assert_eq(of("x # (").depth, 0);
    cr_assert_not(of("x # (\n").in_comment);
    cr_assert_not(of("'#'").in_comment);
}

Test(scan, deeper_than_it_keeps) {
    char text[4 * SCAN_DEPTH];
    memset(text, '(', sizeof text);
    Scan s;
    scan(text, sizeof text, &s);
    cr_assert_eq(s.depth, 4 * SCAN_DEPTH);
    memset(text + 2 * SCAN_DEPTH, ')', 2 * SCAN_DEPTH);
    scan(text, sizeof text, &s);
    cr_assert_eq(s.depth, 0);
}

Test(scan, any_bytes) {
    char text[256];
    for (int i = 0; i < 256; i++)
        text[i] = (char)i;
    Scan s;
    scan(text, sizeof text, &s);
    cr_assert(s.depth <= sizeof text);
}
