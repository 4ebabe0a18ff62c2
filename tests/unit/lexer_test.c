// SPDX-License-Identifier: MIT
//
// The lexer alone: where tokens end, and the looks ahead that the token stream relies on.
#include <criterion/criterion.h>
#include <string.h>

#include "grammar.h"
#include "syntax/lexer.h"
#include "syntax/token.h"

static Lexer lexer_of(const char *text) {
    return (Lexer){.start = text, .end = text + strlen(text), .cursor = text};
}

// The first token of a text: its code, and that it is `length` bytes long.
static void check(const char *text, int code, int length) {
    Lexer lexer = lexer_of(text);
    int found = lexer_scan(&lexer);
    cr_expect_eq(found, code, "`%s`: %d instead of %d", text, found, code);
    cr_expect_eq(lexer.cursor - lexer.token, length, "`%s`: %d bytes", text,
                 (int)(lexer.cursor - lexer.token));
}

Test(lexer, names) {
    check("x2 y", TOKEN_NAME, 2);
    check("_", TOKEN_NAME, 1);
    check("letter", TOKEN_NAME, 6);
    check("函数名(", TOKEN_NAME, 9);
    check("参数1,", TOKEN_NAME, 7);
    check("e\xCC\x81t", TOKEN_NAME, 4); // e with a combining accent
    check("x（", TOKEN_NAME, 1);
    check("（x", LEX_BAD_CHARACTER, 3);
    check("\xF0\x9F\x98\x80", LEX_BAD_CHARACTER, 4); // an emoji is no letter
}

Test(lexer, keywords) {
    check("let x", TOKEN_LET, 3);
    check("async{", TOKEN_ASYNC, 5);
    check("queue(", TOKEN_QUEUE, 5);
    check("while", TOKEN_WHILE, 5);
}

Test(lexer, numbers) {
    check("42", TOKEN_INT, 2);
    check("1_000_000 ", TOKEN_INT, 9);
    check("0xff", TOKEN_INT, 4);
    check("0b1010", TOKEN_INT, 6);
    check("0o17", TOKEN_INT, 4);
    check("3.14", TOKEN_FLOAT, 4);
    check("1e-9", TOKEN_FLOAT, 4);
    check("1.5e+10", TOKEN_FLOAT, 7);
    check("0..10", TOKEN_INT, 1);
    check("1.real", TOKEN_INT, 1);
    check("12abc", LEX_BAD_NUMBER, 5);
    check("1_", LEX_BAD_NUMBER, 2);
    check("0x", LEX_BAD_NUMBER, 2);
    check("1.5x", LEX_BAD_NUMBER, 4);
    check("1e", LEX_BAD_NUMBER, 2);
}

Test(lexer, operators) {
    check("**=", TOKEN_AUGMENT, 3);
    check("**", TOKEN_POWER, 2);
    check("//=", TOKEN_AUGMENT, 3);
    check("<<=", TOKEN_AUGMENT, 3);
    check("<=", TOKEN_LESS_EQUAL, 2);
    check("=>", TOKEN_ARROW, 2);
    check("==", TOKEN_EQUAL, 2);
    check("...", TOKEN_ELLIPSIS, 3);
    check("..", TOKEN_RANGE, 2);
    check("!=", TOKEN_NOT_EQUAL, 2);
    check("!x", LEX_BAD_OPERATOR, 1);
    check("&&", LEX_BAD_OPERATOR, 2);
    check("===", LEX_BAD_OPERATOR, 3);
    check("$", LEX_BAD_CHARACTER, 1);
    check("\\ x", LEX_BAD_CHARACTER, 1);
}

Test(lexer, blanks_and_comments) {
    check("  \t# a comment", TOKEN_END, 0);
    check("# a comment\nx", LEX_NEWLINE, 1);
    check("\r\nx", LEX_NEWLINE, 2);
    check("\\\nx", TOKEN_NAME, 1); // a continued line
    check("", TOKEN_END, 0);
}

Test(lexer, strings) {
    check("\"abc\"", LEX_STRING, 1);
    check("\"\"\"abc", LEX_LONG_STRING, 3);
    check("'it\\'s' x", LEX_PLAIN_STRING, 7);
    check("'abc\n'", LEX_BROKEN_STRING, 4);
}

static void check_text(const char *text, bool is_long, LexText ending, int length) {
    Lexer lexer = lexer_of(text);
    const char *end;
    cr_expect_eq(lexer_scan_text(&lexer, is_long, &end), ending, "`%s`", text);
    cr_expect_eq(end - lexer.token, length, "`%s`: %d bytes", text, (int)(end - lexer.token));
}

Test(lexer, text_of_strings) {
    check_text("abc\" x", false, TEXT_CLOSED, 3);
    check_text("a\\\"b\" x", false, TEXT_CLOSED, 4);
    check_text("a $x ${y", false, TEXT_EXPRESSION, 5);
    check_text("a\\${\"", false, TEXT_CLOSED, 4);
    check_text("abc\n\"", false, TEXT_UNTERMINATED, 3);
    check_text("abc", false, TEXT_UNTERMINATED, 3);
    check_text("a\nb\"c\"\"d\"\"\" x", true, TEXT_CLOSED, 8);
    check_text("\"\"\"", false, TEXT_CLOSED, 0);
    check_text("a\"\"", true, TEXT_UNTERMINATED, 3);
}

Test(lexer, formats) {
    Lexer lexer = lexer_of(">10.2f} x");
    cr_expect(lexer_scan_format(&lexer));
    cr_expect_eq(lexer.cursor - lexer.token, 6);
    lexer = lexer_of(".2f\" }");
    cr_expect_not(lexer_scan_format(&lexer));
    lexer = lexer_of("}");
    cr_expect(lexer_scan_format(&lexer));
}

Test(lexer, lines_that_go_on) {
    const char *const on[] = {".map(f)",     "\n\n  # c\n  .x",    "else {",
                              "  catch e {", "# a\n# b\nfinally{", "else"};
    for (size_t i = 0; i < sizeof on / sizeof *on; i++) {
        Lexer lexer = lexer_of(on[i]);
        cr_expect(lexer_skip_lines(&lexer), "`%s`", on[i]);
    }
    const char *const off[] = {"..x", "...x", "elsewhere", "catch2", ". 1", "x", ""};
    for (size_t i = 0; i < sizeof off / sizeof *off; i++) {
        Lexer lexer = lexer_of(off[i]);
        cr_expect_not(lexer_skip_lines(&lexer), "`%s`", off[i]);
    }
}

Test(lexer, keys_and_words_that_follow) {
    const char *const keys[] = {"\"a\": 1", " a :", "'x':", "\n  12: 3", "\"a\\\"b\" :", "1.5:"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        Lexer lexer = lexer_of(keys[i]);
        cr_expect(lexer_key_follows(&lexer), "`%s`", keys[i]);
    }
    const char *const none[] = {"a = 1", "}", "\"a\" + 1", "print(x)", "\"a"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        Lexer lexer = lexer_of(none[i]);
        cr_expect_not(lexer_key_follows(&lexer), "`%s`", none[i]);
    }
    Lexer lexer = lexer_of("  fn (x)");
    cr_expect_not_null(lexer_word_follows(&lexer, "fn"));
    lexer = lexer_of("fnord");
    cr_expect_null(lexer_word_follows(&lexer, "fn"));
}
