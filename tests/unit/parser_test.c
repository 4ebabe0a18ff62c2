// SPDX-License-Identifier: MIT
//
// The parser: texts and their trees as ast_print shows them. What is refused is in
// syntax_error_test.c.
#include <criterion/criterion.h>

#include "../support/syntax_support.h"

static void check(const char *text, const char *tree) {
    ParseStatus status;
    char *shown = parse_shown(text, strlen(text), PARSE_MODULE, &status);
    cr_expect_eq(status, PARSE_OK, "%s\n%s", text, shown);
    size_t length = strlen(shown);
    if (length && shown[length - 1] == '\n')
        shown[length - 1] = '\0';
    cr_expect_str_eq(shown, tree, "%s\nis      %s\nand not %s", text, shown, tree);
    free(shown);
}

Test(parser, precedence) {
    check("-2 ** 2 + -1 - ~a * 3 // 2", "(- (+ (- (** 2 2)) -1) (// (* (~ a) 3) 2))");
    check("1 - 2 - 3", "(- (- 1 2) 3)");
    check("1 + 2 * 3 ** 4 ** 5", "(+ 1 (* 2 (** 3 (** 4 5))))");
    check("2 ** -1", "(** 2 -1)");
    check("a or b and not c == d", "(or a (and b (not (== c d))))");
    check("a | b ^ c & d << 1 + 2", "(| a (^ b (& c (<< d (+ 1 2)))))");
    check("1..2 + 3", "(.. 1 (+ 2 3))");
    check("x in 0..10", "(in x (.. 0 10))");
    check("a if b else c if d else e", "(if b a (if d c e))");
    check("x = a or b if c else d", "(= x (if c (or a b) d))");
    check("not a not in b and c is not d", "(and (not (not in a b)) (is not c d))");
    check("(1 + 2) * 3", "(* (+ 1 2) 3)");
    check("-x.y[1](2)", "(- (call (index (. x y) 1) 2))");
    check("await f() + 1", "(+ (await (call f)) 1)");
    check("thread f(1) == 2", "(== (thread (call f 1)) 2)");
    check("(a < b) == (b < c)", "(== (< a b) (< b c))");
    check("+x", "(+ x)");
}

Test(parser, literals) {
    check("0xff", "255");
    check("0o17", "15");
    check("0b1010", "10");
    check("1_000", "1000");
    check("9223372036854775807", "9223372036854775807");
    check("9223372036854775808", "9223372036854775808#10");
    check("0xffff_ffff_ffff_ffff_f", "fffffffffffffffff#16");
    check("0.5", "0.50000000000000000");
    check("-0.5", "-0.50000000000000000");
    check("nil; true; false", "nil\ntrue\nfalse");
    check("1.foo()", "(call (. 1 foo))");
}

Test(parser, strings) {
    check("\"a\\n\\t\\\\\\\"\\'\\$\\x41\\u{1F600}\"", "\"a\\n\\x09\\\\\\\"'$A\xF0\x9F\x98\x80\"");
    check("\"\\0\\xe9\"", "\"\\x00\xC3\xA9\"");
    check("'a\\n\\'\\\\${x}'", "\"a\\\\n'\\\\${x}\"");
    check("\"a ${x + 1:.2f} b ${y}\"", "(str \"a \" (+ x 1):.2f \" b \" y)");
    check("\"${\"${x}\"}\"", "(str (str x))");
    check("\"${ {\"a\": 1}[\"a\"] }\"", "(str (index (map (\"a\" 1)) \"a\"))");
    check("\"${f(a: 1)}${xs[1:2]:>5}\"", "(str (call f a: 1) (slice xs 1 2 _):>5)");
    check("\"${x:=+10.1f}${y:}\"", "(str x:=+10.1f y:)");
    check("\"${fn (x) { return x }}\"", "(str (fn (x) {(return x)}))");
    check("\"${\n x\n}\"", "(str x)");
    check("\"\"\"a\nb \"c\" ${d}\r\n\"\"\"", "(str \"a\\nb \\\"c\\\" \" d \"\\n\")");
    check("\"costs $5\"", "\"costs $5\"");
    check("\"\"", "\"\"");
}

Test(parser, names_are_normalised) {
    check("caf\xC3\xA9 = cafe\xCC\x81", "(= caf\xC3\xA9 caf\xC3\xA9)");
    check("函数名(参数1)", "(call 函数名 参数1)");
}

Test(parser, newlines) {
    check("f(a,\n  b\n)\n[1,\n2\n]", "(call f a b)\n(list 1 2)");
    check("x = 1 +\n  2", "(= x (+ 1 2))");
    check("x\n  # comment\n\n  .y\n  .z()", "(call (. (. x y) z))");
    check("if a {\n}\n\n# c\nelse if b {\n}\nelse {\n}", "(if a {} b {} else {})");
    check("try {\n}\ncatch e {\n}\n# c\nfinally {\n}", "(try {} (catch e {}) finally {})");
    check("f(fn () {\n a\n b\n})", "(call f (fn () {a b}))");
    check("m = {\n \"a\": 1,\n b: 2\n}", "(= m (map (\"a\" 1) (b 2)))");
    check("a; b;; c", "a\nb\nc");
    check("x = 1 \\\n + 2", "(= x (+ 1 2))");
    check("x = 1\r\ny = 2\r\n", "(= x 1)\n(= y 2)");
    check("a\n-b", "a\n(- b)");
    check("if a { b } c", "(if a {b})\nc");
    check("x is\n not y", "(is not x y)");
    check("\xEF\xBB\xBFx", "x");
    check("#!/usr/bin/env conc\nx", "x");
    check("", "");
}

Test(parser, braces) {
    check("{ x }", "(block {x})");
    check("{}", "(block {})");
    check("{\"a\": 1}", "(map (\"a\" 1))");
    check("{a: 1, \"b\" + c: 2}", "(map (a 1) ((+ \"b\" c) 2))");
    check("if x == {} { }", "(if (== x (map)) {})");
    check("for k in {\"a\": 1} { }", "(for k (map (\"a\" 1)) {})");
    check("f(fn (x) => {\"a\": x})", "(call f (fn (x) {(return (map (\"a\" x)))}))");
    check("x = a if b else {}", "(= x (if b a (map)))");
    check("let t = thread { f() }", "(let t (thread {(call f)}))");
    check("return {}", "(return (map))");
}

Test(parser, assignments) {
    check("let x", "(let x)");
    check("let a, b = pair()", "(let [a b] (call pair))");
    check("let a, ...b = xs", "(let [a ...b] xs)");
    check("let (a, [b, c]) = xs", "(let [a [b c]] xs)");
    check("const N = 10", "(const N 10)");
    check("a, b = b, a", "(= [a b] (list b a))");
    check("a, = xs", "(= [a] xs)");
    check("xs[0], p.x, [a, ...b] = f()", "(= [(index xs 0) (. p x) [a ...b]] (call f))");
    check("xs[1:2] = ys", "(= (slice xs 1 2 _) ys)");
    check("x **= 2; y //= 3; z <<= 1; p.n |= 4", "(**= x 2)\n(//= y 3)\n(<<= z 1)\n(|= (. p n) 4)");
    check("return a, ...b", "(return (list a ...b))");
}

Test(parser, postfix) {
    check(
        "xs[1:2]; xs[:]; xs[::2]; xs[1:]; xs[:2:3]",
        "(slice xs 1 2 _)\n(slice xs _ _ _)\n(slice xs _ _ 2)\n(slice xs 1 _ _)\n(slice xs _ 2 3)");
    check("f(1, ...xs, maxsize: 10, timeout: 2,)", "(call f 1 ...xs maxsize: 10 timeout: 2)");
    check("q.get().class.if", "(. (. (call (. q get)) class) if)");
    check("[1, ...xs, 2,]", "(list 1 ...xs 2)");
    check("super.init(1)", "(call super.init 1)");
}

Test(parser, functions) {
    check("fn add(a, b = 1, ...rest) { return a + b }",
          "(fn add (a b = 1 ...rest) {(return (+ a b))})");
    check("async fn f() { await g() }", "(async-fn f () {(await (call g))})");
    check("fn f(x) => x * 2", "(fn f (x) {(return (* x 2))})");
    check("let f = fn (x) => x if y else z", "(let f (fn (x) {(return (if y x z))}))");
    check("f(async fn () { }, fn () { })", "(call f (async-fn () {}) (fn () {}))");
    check("fn (x) { return x }(1)", "(call (fn (x) {(return x)}) 1)");
    check("xs.map(fn (x) => x, ys)", "(call (. xs map) (fn (x) {(return x)}) ys)");
}

Test(parser, classes) {
    check("class A { }", "(class A)");
    check("class A extends m.B {\n fn init(n) { super.init(); self.n = n }  fn run() { }\n}",
          "(class A (. m B) (fn init (n) {(call super.init) (= (. self n) n)}) (fn run () {}))");
    check("class A {\n get name() { return 1 }\n set name(v) { }\n static fn make() => A()\n}",
          "(class A (get name () {(return 1)}) (set name (v) {})"
          " (static make () {(return (call A))}))");
    check("class A { fn get() { } fn set(x) { } fn lock() { } async fn queue() { } }",
          "(class A (fn get () {}) (fn set (x) {}) (fn lock () {}) (async-fn queue () {}))");
    check("class A { get get() { } static async fn f() { } }",
          "(class A (get get () {}) (async-static f () {}))");
}

Test(parser, control) {
    check("while c { break; continue }", "(while c {(break) (continue)})");
    check("for k, v in m.items() { }", "(for [k v] (call (. m items)) {})");
    check("for i, (a, b) in xs { }", "(for [i [a b]] xs {})");
    check("for await x in q { }", "(for-await x q {})");
    check("try { } catch e: KeyError | m.E { } catch { }",
          "(try {} (catch e KeyError (. m E) {}) (catch {}))");
    check("throw ValueError(\"x\") from e", "(throw (call ValueError \"x\") e)");
    check("with open(a) as f, g() { }", "(with (call open a) as f (call g) {})");
    check("import math, time as t", "(import math as math time as t)");
    check("import \"lib/util.conc\"", "(import \"lib/util.conc\" as util)");
    check("from \"a.conc\" import b, c as d", "(from \"a.conc\" b as b c as d)");
}

Test(parser, concurrency) {
    check("spawn f(1); thread o.m(); async f(...xs)",
          "(spawn (call f 1))\n(thread (call (. o m)))\n(async (call f ...xs))");
    check("async { await x }", "(async {(await x)})");
    check("thread { return 1 }.join()", "(call (. (thread {(return 1)}) join))");
    check("group { thread a(); async b() }", "(group {(thread (call a)) (async (call b))})");
    check("await group { }", "(group-await {})");
    check("timeout 2.5 { f() }", "(timeout 2.5000000000000000 {(call f)})");
    check("select { case x = q.get() { } case a, b = q.get() { } case s(1) { } else { } }",
          "(select (case x (call (. q get)) {}) (case [a b] (call (. q get)) {})"
          " (case (call s 1) {}) else {})");
    check("await select {\n case f() { }\n}", "(select-await (case (call f) {}))");
    check("test \"adds\" { assert(1) }", "(test \"adds\" {(call assert 1)})");
}

Test(parser, lock_is_keyword_and_name) {
    check("lock m { }", "(lock m {})");
    check("lock a, b { }", "(lock a b {})");
    check("await lock m { }", "(lock-await m {})");
    check("lock (m) { }", "(lock m {})");
    check("lock (ms)[0].read, (b) { }", "(lock (. (index ms 0) read) b {})");
    check("await lock (m) { }", "(lock-await m {})");
    check("let l = lock()", "(let l (call lock))");
    check("lock(shared: true)", "(call lock shared: true)");
    check("lock()\n{ x }", "(call lock)\n(block {x})");
    check("f(lock, queue)", "(call f lock queue)");
    check("x is queue", "(is x queue)");
    check("let q = queue(maxsize: 4)", "(let q (call queue maxsize: 4))");
    check("l.lock()", "(call (. l lock))");
}

Test(parser, words_that_are_special_only_in_place) {
    check("get = 1; set([1]); test = 2", "(= get 1)\n(call set (list 1))\n(= test 2)");
    check("test(1); get(x)", "(call test 1)\n(call get x)");
    check("fn test() { }", "(fn test () {})");
    check("f(timeout: 1, class: 2, in: 3)", "(call f timeout: 1 class: 2 in: 3)");
    check("x.await.not", "(. (. x await) not)");
}

Test(parser, expression_mode) {
    ParseStatus status;
    char *shown = parse_shown("{}", 2, PARSE_EXPRESSION, &status);
    cr_expect_str_eq(shown, "(map)\n");
    free(shown);
    shown = parse_shown("1 +\n 2 # sum\n", 12, PARSE_EXPRESSION, &status);
    cr_expect_str_eq(shown, "(+ 1 2)\n");
    free(shown);
    shown = parse_shown("let x = 1", 9, PARSE_EXPRESSION, &status);
    cr_expect_eq(status, PARSE_ERROR);
    free(shown);
}

// Names are equal pointers, spans point into the text, depths are those of the tree.
Test(parser, nodes) {
    const char *text = "total = total / count";
    Source *source = source_new("t", text, strlen(text));
    Arena arena = {0};
    Diagnostics errors = {.arena = &arena};
    Module *module;
    cr_assert_eq(parse_source(source, PARSE_MODULE, &arena, &errors, &module), PARSE_OK);
    const Stmt *stmt = module->body.items[0];
    const Expr *value = stmt->assign.value;
    cr_expect_eq(stmt->assign.targets[0].name.name, value->binary.left->name.name);
    cr_expect_eq(value->at.start, 14);
    cr_expect_eq(value->at.length, 1);
    cr_expect_eq(value->whole.start, 8);
    cr_expect_eq(value->whole.length, 13);
    cr_expect_eq(value->depth, 2);
    cr_expect_eq(stmt->whole.length, strlen(text));
    arena_free(&arena);
    source_free(source);
}

Test(parser, long_chains_are_flat) {
    Text text = {0};
    text_string(&text, "if a { }");
    for (int i = 0; i < 20000; i++)
        text_string(&text, " else if b { }");
    ParseStatus status;
    char *shown = parse_shown(text_data(&text), text.length, PARSE_MODULE, &status);
    cr_expect_eq(status, PARSE_OK);
    free(shown);
    text_free(&text);
}
