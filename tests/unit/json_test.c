// SPDX-License-Identifier: MIT
//
// JSON: an object on one line, and valid UTF-8 whatever bytes it is given.
#include <criterion/criterion.h>
#include <string.h>

#include "base/json.h"

static void expect_string(const char *bytes, size_t size, const char *expected) {
    Text out = {0};
    json_string(&out, bytes, size);
    cr_expect_str_eq(text_data(&out), expected, "%s instead of %s", text_data(&out), expected);
    text_free(&out);
}

Test(json, an_object_member_by_member) {
    Text out = {0};
    text_string(&out, "[");
    text_char(&out, '{');
    json_text(&out, "file", "a{");
    json_text(&out, "hint", NULL);
    json_number(&out, "line", 18446744073709551615ull);
    json_name(&out, "inner");
    text_char(&out, '{');
    json_null(&out, "x");
    text_string(&out, "}}");
    cr_expect_str_eq(
        text_data(&out),
        "[{\"file\":\"a{\",\"hint\":null,\"line\":18446744073709551615,\"inner\":{\"x\":null}}");
    text_free(&out);
}

Test(json, what_is_escaped) {
    expect_string("", 0, "\"\"");
    expect_string("a\"b\\c/", 6, "\"a\\\"b\\\\c/\"");
    expect_string("\n\t\r\x1b\0\x7f", 6, "\"\\n\\t\\u000d\\u001b\\u0000\\u007f\"");
}

Test(json, text_stays_and_what_is_none_is_replaced) {
    static const char *const good[] = {
        "é", "世界", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"};
    static const struct {
        const char *bytes;
        int replaced; // each byte of it is, one by one
    } bad[] = {{"\xFF", 1},
               {"\x80", 1},
               {"\xC0\xAF", 2},
               {"\xE0\x80\x80", 3},
               {"\xED\xA0\x80", 3},
               {"\xF4\x90\x80\x80", 4},
               {"\xF0\x80\x80\x80", 4},
               {"\xE4\xB8", 2},
               {"\xF8\x88\x80\x80\x80", 5}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char expected[16] = "\"";
        strcat(strcat(expected, good[i]), "\"");
        expect_string(good[i], strlen(good[i]), expected);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char expected[64] = "\"";
        for (int n = 0; n < bad[i].replaced; n++)
            strcat(expected, "\xEF\xBF\xBD");
        expect_string(bad[i].bytes, strlen(bad[i].bytes), strcat(expected, "\""));
    }
}
