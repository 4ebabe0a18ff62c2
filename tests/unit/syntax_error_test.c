// SPDX-License-Identifier: MIT
//
// Texts that are refused: where, with which words and hints, how many errors; and that no text,
// however deep, long or malformed, does worse than that.
#include <criterion/criterion.h>

#include "../support/syntax_support.h"

static void check_length(const char *text, size_t length, const char *errors,
                         ParseStatus expected) {
    ParseStatus status;
    char *shown = parse_shown(text, length, PARSE_MODULE, &status);
    cr_expect_eq(status, expected, "%s\nstatus %d", text, status);
    size_t size = strlen(shown);
    if (size && shown[size - 1] == '\n')
        shown[size - 1] = '\0';
    cr_expect_str_eq(shown, errors, "%s\nis      %s\nand not %s", text, shown, errors);
    free(shown);
}

static void check(const char *text, const char *errors) {
    check_length(text, strlen(text), errors, PARSE_ERROR);
}

static void check_incomplete(const char *text) {
    ParseStatus status;
    char *shown = parse_shown(text, strlen(text), PARSE_MODULE, &status);
    cr_expect_eq(status, PARSE_INCOMPLETE, "%s\nstatus %d\n%s", text, status, shown);
    free(shown);
}

Test(syntax_error, habits_of_python) {
    check("def f(x):\n    return x",
          "1:1 conc has no 'def' [a function is written `fn name(a, b) { ... }`]");
    check("if a {\n} elif b {\n}", "2:3 conc has no 'elif' [write `else if`]");
    check("print \"x\"",
          "1:1 missing parentheses in call to 'print' [print is a function: `print(...)`]");
    check("if x:\n  y", "1:5 expected '{', found ':' [a block stands in `{ }`]");
    check("raise E()", "1:1 conc has no 'raise' [an error is thrown with `throw`]");
    check("f = lambda x: x",
          "1:5 conc has no 'lambda' [a small function is written `fn (x) => x + 1`]");
    check("f(x = 1)", "1:5 expected ')', found '=' [an argument's label is written `name: value`]");
    check("[x for x in xs]",
          "1:4 expected ']', found 'for'"
          " [there are no comprehensions: write `xs.map(fn (x) => ...)` or `xs.filter(...)`]");
    check("f\"a\"", "1:1 a string has no prefix 'f'"
                    " [strings interpolate as they are: \"${name}\"]");
    check("f(*xs)", "1:3 expected an expression, found '*' [a list is spread with `...`, and the "
                    "rest parameter is `...rest`]");
    check("fn f(a: int) { }", "1:7 expected ',' or ')', found ':' [there are no type annotations]");
    check("try { } catch E as e { }",
          "1:17 expected '{', found 'as' [write `catch e: ValueError { ... }`]");
    check("super().f()",
          "1:6 expected '.' and a method's name, found '(' [write `super.init(...)`]");
}

Test(syntax_error, habits_of_others) {
    check("i++", "1:2 there is no operator '++' [write `x += 1`]");
    check("++i", "1:1 there is no operator '++' [write `x += 1`]");
    check("a && b", "1:3 there is no operator '&&' [write `and`]");
    check("x = !a", "1:5 there is no operator '!' [write `not`]");
    check("x = a ? b : c", "1:7 there is no operator '?' [a choice is written `a if c else b`]");
    check("// text", "1:1 invalid syntax: unexpected '//' [a comment is written `# ...`]");
    check("var x = 1", "1:1 conc has no 'var' [a variable is declared with `let`]");
    check("p = new P()",
          "1:5 conc has no 'new' [an instance is made by calling the class: `Point(1, 2)`]");
    check("catch (e) { }", "1:1 'catch' without 'try'");
    check("f = (x) => x",
          "1:9 invalid syntax: unexpected '=>' [a small function is written `fn (x) => x + 1`]");
    check("f = fn (x) => { return x }",
          "1:17 expected an expression, found 'return'"
          " [`=> {` starts a map; a function with statements is written `fn (x) { ... }`]");
    check("x = (1, 2)", "1:7 expected ')', found ',' [there are no tuples: write `[a, b]`]");
    check("for (x in xs) { }", "1:8 expected ')', found 'in' [write `for x in xs { ... }`]");
    check("import a.b", "1:9 invalid syntax: unexpected '.' [write `from math import sqrt`, or "
                        "`import \"folder/file.conc\"`]");
    check("打印（1）", "1:3 invalid character '（' (U+FF08) [write `(`]");
}

Test(syntax_error, operators) {
    check("a < b == c", "1:7 comparisons do not chain"
                        " [write `a < b and b < c`, or put one comparison in parentheses]");
    check("1..2..3", "1:5 ranges do not chain [a step is written `range(start, stop, step)`]");
    check("if x = 1 { }", "1:6 expected '{', found '=' [a comparison is written `==`]");
    check("x = a if b", "1:11 expected 'else', found end of text");
    check("x = = 2", "1:5 expected an expression, found '='");
    check("f(a b)", "1:5 expected ')', found 'b' [a comma may be missing]");
    check("[1 2]", "1:4 expected ']', found '2' [a comma may be missing]");
}

Test(syntax_error, assignments) {
    check("1 = 2", "1:1 cannot assign to literal");
    check("f() = 3", "1:1 cannot assign to function call [a comparison is written with `==`]");
    check("a, b += 1", "1:6 '+=' needs a single target [write one assignment a statement]");
    check("...a, ...b = xs", "1:10 multiple rest targets in assignment");
    check("a = b = c", "1:7 invalid syntax: unexpected '=' [write one assignment a statement]");
    check("const N", "1:7 a const needs a value [write `const NAME = value`]");
    check("let [a, b]", "1:5 there is no value to unpack");
}

Test(syntax_error, names) {
    check("let lock = 1", "1:5 'lock' is a keyword, not a name [choose another name]");
    check("fn queue() { }", "1:4 'queue' is a keyword, not a name [choose another name]");
    check("let class = 1", "1:5 'class' is a keyword, not a name [choose another name]");
    check("fn f(timeout = 1) { }", "1:6 'timeout' is a keyword, not a name [choose another name]");
    check("import \"a-b.conc\"",
          "1:8 the file's name cannot be used as a name [write `import \"...\" as name`]");
}

Test(syntax_error, functions_and_classes) {
    check("fn f(a = 1, b) { }", "1:13 parameter without a default follows one with a default");
    check("fn f(...a, b) { }", "1:9 the rest parameter must be the last one");
    check("f(a: 1, 2)", "1:9 positional argument follows labelled argument");
    check("f(a: 1, a: 2)", "1:9 label repeated: a");
    check("class A { get x(a) { } }", "1:15 a getter has no parameters");
    check("class A { let x = 1 }",
          "1:11 expected a method, found 'let' [fields come to be in `fn init`: `self.x = ...`]");
}

Test(syntax_error, statements) {
    check("thread f",
          "1:8 'thread' needs a call or a block [write `thread f(...)` or `thread { ... }`]");
    check("select { case x { } }", "1:15 a case needs a waiting call");
    check("select { }", "1:1 a select needs at least one case");
    check("try { }\nx", "1:1 expected 'catch' or 'finally' block");
    check("foo() { }", "1:7 a block cannot follow an expression");
    check("while true\n{ }",
          "1:11 expected '{', found end of line [the `{` stands on the same line]");
}

Test(syntax_error, strings) {
    check("x = \"abc\ny = 1", "1:5 unterminated string literal");
    check("x = 'abc\ny = 1", "1:5 unterminated string literal");
    check("x = \"a ${b} c\ny = 1", "1:5 unterminated string literal");
    check_length("\"\"\"a ${b}", 9, "1:1 unterminated triple-quoted string literal",
                 PARSE_INCOMPLETE);
    check("print(\"${\")\ny = 1",
          "1:8 '${' was never closed [an expression in a string ends with `}`]");
    check(
        "\"\\q\"",
        "1:2 invalid escape sequence '\\q' [a backslash is written `\\\\`; in '...' it is plain]");
    check("\"\\xg\"", "1:2 truncated \\xXX escape [two hexadecimal digits follow: \\x41]");
    check("\"\\u{110000}\"", "1:2 illegal Unicode character [the last one is \\u{10FFFF}]");
    check("\"\\u{d800}\"", "1:2 illegal Unicode character [it is half of a character]");
    check("\"\\u1234\"", "1:2 malformed \\u{...} escape [a code point is written \\u{1F600}]");
    check("\"${}\"",
          "1:4 empty expression in '${ }' [a dollar sign and a brace are written `\\${`]");
    check("\"a\" \"b\"", "1:5 invalid syntax: unexpected string [strings are joined with `+`]");
}

Test(syntax_error, numbers) {
    check("0123", "1:1 leading zeros in decimal integer literals are not permitted"
                  " [an octal number starts with 0o]");
    check("1_", "1:1 invalid decimal literal [an underscore stands between two digits]");
    check("0xg", "1:1 invalid hexadecimal literal");
    check("12abc", "1:1 invalid decimal literal [a name cannot start with a digit]");
}

Test(syntax_error, brackets) {
    check("f(a]", "1:4 closing parenthesis ']' does not match opening parenthesis '('");
    check(")", "1:1 unmatched ')'");
    check("x = }", "1:5 unmatched '}'");
    check("print(\"a\"\nlet x = 1", "1:6 '(' was never closed");
    check("fn f() {\n  g(1\n}\nlet y = 2", "2:4 '(' was never closed");
    check("x = (1\nprint(x)", "1:5 '(' was never closed");
}

#define TWO_WORDS " [declare a variable with `let x = ...`, call a function with `f(...)`]"

Test(syntax_error, several_without_consequences) {
    check("let x = = 1\nlet y = 2\nfoo(a b)\nif { x }\nlet z = 3",
          "1:9 expected an expression, found '='\n"
          "3:7 expected ')', found 'b' [a comma may be missing]\n"
          "4:4 expected an expression, found '{'");
    check("fn f() {\n  x y\n  z = 1\n}\nclass A {\n  x\n  fn g() { a b }\n}\nc d",
          "2:5 invalid syntax: unexpected 'y'" TWO_WORDS "\n6:3 expected a method, found 'x'\n"
          "7:14 invalid syntax: unexpected 'b'" TWO_WORDS
          "\n9:3 invalid syntax: unexpected 'd'" TWO_WORDS);
    check("if a b {\n  x y\n} else {\n}\nc d",
          "1:6 expected '{', found 'b'\n5:3 invalid syntax: unexpected 'd'" TWO_WORDS);
    check("select {\n  x\n  case f() { }\n  case { y }\n}\ny z",
          "2:3 expected 'case', found 'x'\n4:8 expected an expression, found '{'\n"
          "6:3 invalid syntax: unexpected 'z'" TWO_WORDS);
}

Test(syntax_error, at_most_twenty) {
    Text text = {0};
    for (int i = 0; i < 100; i++)
        text_string(&text, "x y\n");
    ParseStatus status;
    char *shown = parse_shown(text_data(&text), text.length, PARSE_MODULE, &status);
    cr_expect_not_null(strstr(shown, "20:3 "));
    cr_expect_not_null(strstr(shown, "and more"));
    free(shown);
    text_free(&text);
}

Test(syntax_error, incomplete_texts) {
    check_incomplete("fn f() {");
    check_incomplete("f(1,");
    check_incomplete("x = [1, 2");
    check_incomplete("x = 1 +\n");
    check_incomplete("x =");
    check_incomplete("\"\"\"abc\n");
    check_incomplete("try {\n}\n");
    check_incomplete("if a {\n} else");
    check_incomplete("class A {\n  fn f() { }\n");
    check_incomplete("\"${x");
    check("\"abc", "1:1 unterminated string literal");
    check("if a", "1:5 expected '{', found end of text");
}

// ---- Hostile texts ----------------------------------------------------------------------------

static void check_repeated(const char *head, const char *piece, size_t count, const char *word) {
    Text text = {0};
    text_string(&text, head);
    for (size_t i = 0; i < count; i++)
        text_string(&text, piece);
    ParseStatus status;
    char *shown = parse_shown(text_data(&text), text.length, PARSE_MODULE, &status);
    if (word)
        cr_expect_not_null(strstr(shown, word), "%s%s...: %.200s", head, piece, shown);
    else
        cr_expect_eq(status, PARSE_OK, "%s%s...: %.200s", head, piece, shown);
    free(shown);
    text_free(&text);
}

Test(syntax_error, deep_texts) {
    const char *deep = "nested too deeply", *brackets = "too many nested brackets";
    check_repeated("", "[", 100000, brackets);
    check_repeated("", "(", 100000, brackets);
    check_repeated("", "{", 100000, brackets);
    check_repeated("x = ", "{1:", 100000, brackets);
    check_repeated("", "\"${", 100000, brackets);
    check_repeated("", "fn () {", 100000, brackets);
    check_repeated("", "lock (", 100000, brackets);
    check_repeated("x = ", "1 + ", 100000, deep);
    check_repeated("x = ", "- ", 100000, deep);
    check_repeated("x = ", "not ", 100000, deep);
    check_repeated("x = ", "2 ** ", 100000, deep);
    check_repeated("x = ", "await ", 100000, deep);
    check_repeated("x = ", "a if b else ", 100000, deep);
    check_repeated("x = ", "fn () => ", 100000, deep);
    check_repeated("x", ".a()", 100000, deep);
    check_repeated("x", "[0]", 100000, deep);
    check_repeated("x = 0", " + 1", 900, NULL);
    check_repeated("x = 0", ".a", 900, NULL);
}

Test(syntax_error, texts_that_are_none) {
    check_length("x = 1\ny = \"a\0b\"", 14, "2:7 source code cannot contain null bytes",
                 PARSE_ERROR);
    check_length("\0", 1, "1:1 source code cannot contain null bytes", PARSE_ERROR);
    check("x = \"a\xff\"", "1:7 invalid UTF-8: byte 0xff [save the file as UTF-8]");
    check("x = \xe4\xbd", "1:5 invalid UTF-8: byte 0xe4 [save the file as UTF-8]");
    check("\xed\xa0\x80", "1:1 invalid UTF-8: byte 0xed [save the file as UTF-8]");
    check("x = \x01", "1:5 invalid non-printable character U+0001");
    size_t size = (size_t)SOURCE_SIZE_LIMIT + 1;
    char *large = malloc(size);
    memset(large, '\n', size);
    ParseStatus status;
    char *shown = parse_shown(large, size, PARSE_MODULE, &status);
    cr_expect_str_eq(shown, "1:1 the source is too large (16 MB; the limit is 16 MB)\n");
    free(shown);
    free(large);
}
