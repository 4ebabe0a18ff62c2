// SPDX-License-Identifier: MIT
//
// Text: what is appended stands there, always closed by a NUL, whatever the sizes.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

Test(text, is_empty_at_first) {
    Text text = {0};
    cr_expect_str_eq(text_data(&text), "");
    text_append(&text, NULL, 0);
    cr_expect_str_eq(text_data(&text), "");
    cr_expect_eq(text.length, 0);
    text_free(&text);
    cr_expect_null(text.data);
    cr_expect_eq(text.capacity, 0);
    text_free(&text); // once more does no harm
}

Test(text, keeps_every_byte) {
    Text text = {0};
    char expected[3000];
    for (size_t i = 0; i < sizeof expected; i++) {
        expected[i] = (char)(i * 7);
        text_char(&text, expected[i]);
        cr_assert_eq(text.length, i + 1);
        cr_assert_eq(text.data[text.length], '\0');
        cr_assert_gt(text.capacity, text.length);
    }
    cr_expect_arr_eq(text.data, expected, sizeof expected);
    text_free(&text);
}

// Each size of a piece meets each size of what is there already, so each growth is seen.
Test(text, pieces_of_all_sizes) {
    char piece[200];
    memset(piece, 'x', sizeof piece);
    for (size_t before = 0; before < 140; before++)
        for (size_t more = 0; more < 140; more++) {
            Text text = {0};
            text_append(&text, piece, before);
            text_append(&text, piece, more);
            cr_assert_eq(text.length, before + more);
            cr_assert_eq(strlen(text_data(&text)), before + more);
            text_free(&text);
        }
}

Test(text, formats_what_fits_and_what_does_not) {
    char long_word[500];
    memset(long_word, 'a', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = '\0';
    for (size_t before = 0; before < 130; before++) {
        Text text = {0};
        for (size_t i = 0; i < before; i++)
            text_char(&text, '-');
        text_format(&text, "%d %s|", 42, "word");
        text_format(&text, "%s", long_word);
        cr_assert_eq(text.length, before + 8 + 499);
        cr_assert_eq(memcmp(text.data + before, "42 word|aaa", 11), 0);
        cr_assert_eq(strlen(text.data), text.length);
        text_free(&text);
    }
}

Test(text, strings_may_hold_nul) {
    Text text = {0};
    text_append(&text, "a\0b", 3);
    text_string(&text, "c");
    cr_expect_eq(text.length, 4);
    cr_expect_arr_eq(text.data, "a\0bc", 5);
    text_free(&text);
}

Test(text, takes_back) {
    Text text = {0};
    text_shorten(&text, 0);
    cr_expect_str_eq(text_data(&text), "");
    text_string(&text, "before, after");
    text_shorten(&text, 6);
    cr_expect_str_eq(text_data(&text), "before");
    text_string(&text, "!");
    cr_expect_str_eq(text_data(&text), "before!");
    text_shorten(&text, 0);
    cr_expect_str_eq(text_data(&text), "");
    text_free(&text);
}

Test(text, lines_are_indented) {
    Text text = {0}, lines = {0};
    text_indent(&text, "  ", &lines);
    cr_expect_eq(text.length, 0);
    text_string(&lines, "a\n\nb");
    text_indent(&text, "| ", &lines);
    cr_expect_str_eq(text_data(&text), "| a\n| \n| b\n");
    text_string(&lines, "\n");
    text_shorten(&text, 0);
    text_indent(&text, "", &lines);
    cr_expect_str_eq(text_data(&text), "a\n\nb\n");
    text_free(&text);
    text_free(&lines);
}
