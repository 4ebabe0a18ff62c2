// SPDX-License-Identifier: MIT
//
// The layout of texts: blanks between every two words that can stand beside each other, line breaks,
// comments. Whatever is laid out is laid out again, and has to stay as it is.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "layout/layout.h"

static LayoutStatus lay_out(const char *text, size_t length, Text *out) {
    Source *source = source_new("test.conc", text, length);
    Arena arena = {0};
    Diagnostics errors = {.arena = &arena};
    LayoutStatus status = layout_source(source, &errors, out);
    cr_expect_eq(status == LAYOUT_ERRORS, errors.count > 0, "%s", text);
    arena_free(&arena);
    source_free(source);
    return status;
}

static void expect_layout(const char *text, const char *expected) {
    Text once = {0}, again = {0};
    cr_expect_eq(lay_out(text, strlen(text), &once), LAYOUT_DONE, "%s", text);
    cr_expect_str_eq(text_data(&once), expected, "%s", text);
    cr_expect_eq(lay_out(text_data(&once), once.length, &again), LAYOUT_DONE, "%s", text);
    cr_expect_str_eq(text_data(&again), expected, "twice: %s", text);
    text_free(&once);
    text_free(&again);
}

// One line, without its newline.
static void expect_line(const char *text, const char *expected) {
    Text line = {0};
    text_format(&line, "%s\n", expected);
    expect_layout(text, text_data(&line));
    text_free(&line);
}

static void expect_refused(const char *text, size_t length) {
    Text out = {0};
    cr_expect_eq(lay_out(text, length, &out), LAYOUT_ERRORS);
    cr_expect_eq(out.length, 0);
    text_free(&out);
}

Test(layout, operators_have_blanks_and_signs_have_none) {
    static const char *const operators[] = {"+", "-",  "*",   "/",  "//", "%",  "**",  "|",  "&",
                                            "^", "<<", ">>",  "==", "!=", "<",  "<=",  ">",  ">=",
                                            "=", "+=", "//=", "in", "is", "or", "and", "<<="};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        char text[40], expected[40];
        snprintf(text, sizeof text, "a  %s\tb", operators[i]);
        snprintf(expected, sizeof expected, "a %s b", operators[i]);
        expect_line(text, expected);
        snprintf(text, sizeof text, "a %s  -  b", operators[i]);
        snprintf(expected, sizeof expected, "a %s -b", operators[i]);
        expect_line(text, expected);
    }
    expect_line("x=- a", "x = -a");
    expect_line("x=+ ~ -a", "x = +~-a");
    expect_line("x=not  a", "x = not a");
    expect_line("x=a--b", "x = a - -b");
    expect_line("return-1", "return -1");
    expect_line("if a { }-x", "if a { }\n-x");
    expect_line("f(-1,- 2,[+3],{-4:-5})", "f(-1, -2, [+3], {-4: -5})");
    expect_line("a  is  not b", "a is not b");
    expect_line("a not\tin b", "a not in b");
}

Test(layout, two_signs_stay_as_they_are) {
    expect_line("x=- -a", "x = - -a");
    expect_line("x=--a+1", "x = --a + 1");
    expect_line("- -a", "- -a");
    expect_line("x = + + a", "x = + +a");
}

Test(layout, brackets) {
    expect_line("f (a)(b) [c] ( d )", "f(a)(b)[c](d)");
    expect_line("x=(a)", "x = (a)");
    expect_line("x=[ ( a ) , [ ] , { } ]", "x = [(a), [], {}]");
    expect_line("\"a\" . b()[ 0 ]", "\"a\".b()[0]");
    expect_line("x in(a)", "x in (a)");
    expect_line("x in[a]", "x in [a]");
    expect_line("return[a]", "return [a]");
    expect_line("await(a)", "await (a)");
    expect_line("fn(x){ }()", "fn (x) { }()");
    expect_line("let g=async  fn(x)=>{1:x}[0]", "let g = async fn (x) => {1: x}[0]");
    expect_line("thread{a()}.join()", "thread { a() }.join()");
    expect_line("if a { }(b)", "if a { }\n(b)");
    expect_line("lock(a){ }", "lock (a) { }");
    expect_line("lock (a)", "lock(a)");
    expect_line("lock(a),b{ }", "lock (a), b { }");
    expect_line("await lock(a){ }", "await lock (a) { }");
    expect_line("let m=lock ()", "let m = lock()");
}

Test(layout, commas_before_a_closing_bracket) {
    expect_line("f(a,)", "f(a)");
    expect_line("f(a , )", "f(a)");
    expect_line("x=[a,]", "x = [a]");
    expect_line("x={a:b,}", "x = {a: b}");
    expect_line("fn f(a,) { }", "fn f(a) { }");
    expect_line("let [a,]=b", "let [a] = b");
    expect_line("[a,]=b", "[a] = b");
    expect_line("a,=b", "a, = b");
    expect_line("let (a,)=b", "let (a) = b");
    expect_layout("f(a,\n)", "f(a,\n)\n");
    expect_layout("f(a, # c\n)", "f(a,  # c\n)\n");
}

Test(layout, colons) {
    expect_line("f(a :1,b: 2)", "f(a: 1, b: 2)");
    expect_line("{a :1}", "{a: 1}");
    expect_line("try { }catch e :m . E|F{ }", "try { } catch e: m.E | F { }");
    expect_line("x[ a : b ]", "x[a:b]");
    expect_line("x[:]", "x[:]");
    expect_line("x[: :]", "x[::]");
    expect_line("x[a . b(c):d[e]:-1]", "x[a.b(c):d[e]:-1]");
    expect_line("x[a+1:b]", "x[a + 1 : b]");
    expect_line("x[a+1 :]", "x[a + 1:]");
    expect_line("x[:a+1]", "x[:a + 1]");
    expect_line("x[a:b:c*2]", "x[a : b : c * 2]");
    expect_line("x[f(a+1):b]", "x[f(a + 1):b]");
    expect_line("x[a if b else c:d]", "x[a if b else c : d]");
}

Test(layout, ranges_are_tight_between_simple_operands) {
    expect_line("0 .. n", "0..n");
    expect_line("-1 .. - n", "-1..-n");
    expect_line("a . b ( c + d ) .. xs [ e + f ]", "a.b(c + d)..xs[e + f]");
    expect_line("0..n+1", "0 .. n + 1");
    expect_line("n-1..n", "n - 1 .. n");
    expect_line("a+b in 0..n", "a + b in 0..n");
    expect_line("f(a+b,0..n,a+b)", "f(a + b, 0..n, a + b)");
    expect_line("f(...0..n)", "f(...0..n)");
    expect_line("let a=b+c;0..n;d+e", "let a = b + c; 0..n; d + e");
    expect_line("1 .e5", "1.e5");
}

Test(layout, keywords_as_names) {
    expect_line("q . get (timeout :2)", "q.get(timeout: 2)");
    expect_line("a.lock (b)", "a.lock(b)");
    expect_line("class A{fn lock(){ }get class(){ }}", "class A { fn lock() { } get class() { } }");
    expect_line("test(1)", "test(1)");
    expect_line("test'a'{ }", "test 'a' { }");
    expect_line("let get=1", "let get = 1");
}

Test(layout, strings_are_kept) {
    expect_line("x='a  b'", "x = 'a  b'");
    expect_line("x=\"a ${ b+\"${ c }\"  :>5} d\"+1", "x = \"a ${ b+\"${ c }\"  :>5} d\" + 1");
    expect_layout("f(\"\"\"a\n  b\n\"\"\" ,c)", "f(\"\"\"a\n  b\n\"\"\", c)\n");
    expect_layout("x=\"${a # c\n+b}\"", "x = \"${a # c\n+b}\"\n");
}

Test(layout, what_ends_a_statement_stays) {
    expect_line(";;a;;b;", "a; b");
    expect_layout("a,;\nb", "a,;\nb\n");
    expect_line("if a {;b;}", "if a { b }");
    expect_line("f() ; {a:1}", "f(); {a: 1}");
    expect_layout("a \\\n+b", "a \\\n    + b\n");
    expect_layout("a + \\\nb", "a +\n    b\n");
    expect_layout("a \\\n\n+b", "a\n\n+b\n");
    expect_layout("a \\\n.b", "a\n    .b\n");
    expect_layout("test \\\n'a' { }", "test \\\n    'a' { }\n");
    expect_layout("f(fn \\\n(a) { })", "f(fn \\\n    (a) { })\n");
    expect_layout("a # c \\\n-b", "a  # c \\\n-b\n");
}

Test(layout, blocks) {
    expect_layout("if a {\n}", "if a { }\n");
    expect_layout("if a { # c\n}", "if a {  # c\n}\n");
    expect_layout("if a {b\n}\nelse\n{c}", "if a {\n    b\n} else { c }\n");
    expect_layout("if a {b} # c\nelse {c}", "if a { b }  # c\nelse { c }\n");
    expect_layout("select{case a(){ }\nelse{ }}", "select {\n    case a() { }\n    else { }\n}\n");
    expect_layout("f(fn()\n{\na\n})", "f(fn () {\n    a\n})\n");
    expect_layout("if a {\n{\nb\n}\n}", "if a {\n    {\n        b\n    }\n}\n");
}

Test(layout, lines_that_are_too_long) {
    char name[96];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    Text text = {0}, expected = {0};
    text_format(&text, "if %.91s { }", name); // 98 columns
    expect_line(text_data(&text), text_data(&text));
    text_shorten(&text, 0);
    text_format(&text, "if a { %.90s }", name); // 99 columns
    expect_line(text_data(&text), text_data(&text));
    text_shorten(&text, 0);
    text_format(&text, "if a { %.91s }  # a comment does not count", name); // 100
    expect_line(text_data(&text), text_data(&text));
    text_shorten(&text, 0);
    text_format(&text, "if a { %.89s; b }", name); // 101
    text_format(&expected, "if a {\n    %.89s\n    b\n}", name);
    expect_line(text_data(&text), text_data(&expected));
    text_free(&text);
    text_free(&expected);
}

Test(layout, comments) {
    expect_layout("#  a", "#  a\n");
    expect_layout("a #b\n", "a  #b\n");
    expect_layout("a# b\n\n\n\n#c\nd", "a  # b\n\n#c\nd\n");
    expect_layout("a   # x\nbbb # y\n", "a    # x\nbbb  # y\n");
    expect_layout("a  # x\nbbb  # y\n", "a  # x\nbbb  # y\n");
    expect_layout("世界 # x\nabcd # y\n", "世界  # x\nabcd  # y\n");
    expect_layout("async # c\nfn f() { }", "async # c\nfn f() { }\n");
    expect_layout("{\n# c\n}", "{\n    # c\n}\n");
    expect_layout("f(\n# c\n)", "f(\n    # c\n)\n");
    expect_layout("a\n  # c\n.b()", "a\n    # c\n    .b()\n");
    expect_layout("# c\r\na\r\n", "# c\na\n");
}

Test(layout, texts_without_words) {
    expect_layout("", "");
    expect_layout("\n\n;\n", "");
    expect_layout("\xEF\xBB\xBF# c", "# c\n");
    expect_layout("\n\n# c\n\n\n", "# c\n");
}

Test(layout, what_is_no_text_is_refused) {
    expect_refused("a\0b", 3);
    expect_refused("a = \"\xFF\"", 7);
    expect_refused("a = \"b", 6);
    expect_refused("a = 'b", 6);
    expect_refused("a = \"${", 7);
    expect_refused("(", 1);
    expect_refused("\\", 1);
    expect_refused("a +", 3);
}

Test(layout, a_result_that_is_too_large_is_none) {
    Text text = {0}, out = {0};
    for (int i = 0; i < 400; i++)
        text_string(&text, "{\n");
    for (int i = 0; i < 15000; i++)
        text_string(&text, "x\n");
    for (int i = 0; i < 400; i++)
        text_string(&text, "}\n");
    cr_expect_eq(lay_out(text.data, text.length, &out), LAYOUT_TOO_LARGE);
    cr_expect_eq(out.length, 0);
    // The same by a column of comments that one deep line sets far to the right.
    text_shorten(&text, 0);
    for (int i = 0; i < 400; i++)
        text_string(&text, "{\n");
    for (int i = 0; i < 400; i++)
        text_string(&text, "}# c\n");
    for (int i = 0; i < 15000; i++)
        text_string(&text, "x# c\n");
    cr_expect_eq(lay_out(text.data, text.length, &out), LAYOUT_TOO_LARGE);
    text_free(&text);
    text_free(&out);
}
