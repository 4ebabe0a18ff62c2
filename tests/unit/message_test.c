// SPDX-License-Identifier: MIT
//
// Messages: every kind of value there and back, with its sharing; and bytes that no writer would
// write, which have to be refused or give some value, but never do harm.
#include <math.h>

#include "../support/vm_support.h"
#include "object/range.h"
#include "process/message.h"

static uint32_t class_limit(const Vm *vm) { return load_relaxed(&vm->runtime->next_shape_id); }

static void write_ok(Vm *vm, Value v, Text *out) {
    cr_assert(message_write(vm_fiber(vm), MESSAGE_RESULT, v, class_limit(vm), out),
              "not written: %s", vm_take_error(vm, ERROR_BaseError));
    cr_assert_eq(message_size(out->data, out->length), out->length);
}

// Kept, as what is in a module is: what shows a value may collect.
static Value there_and_back(Vm *vm, Value v) {
    Text bytes = {0};
    MessageKind kind;
    Value back;
    write_ok(vm, v, &bytes);
    cr_assert_eq(message_read(vm_fiber(vm), bytes.data, bytes.length, &kind, &back), MESSAGE_OK);
    cr_assert_eq(kind, MESSAGE_RESULT);
    text_free(&bytes);
    return vm_keep(vm, back);
}

static bool equal(Vm *vm, Value a, Value b) {
    bool same;
    cr_assert(value_equal(vm_fiber(vm), a, b, &same));
    return same;
}

static Value expression(Vm *vm, const char *text) {
    char line[2000];
    snprintf(line, sizeof line, "let v = %s\n", text);
    return vm_global(vm, vm_module(vm, line), "v");
}

// --- every kind of value ---

Test(message, plain_values) {
    Vm *vm = test_vm_new();
    static const char *const each[] = {"nil",
                                       "true",
                                       "false",
                                       "0",
                                       "-1",
                                       "63",
                                       "64",
                                       "-64",
                                       "-65",
                                       "1125899906842623",
                                       "-1125899906842624",
                                       "1125899906842624",
                                       "-1125899906842625",
                                       "10 ** 400",
                                       "-(10 ** 400)",
                                       "0.0",
                                       "0.1",
                                       "-2.5e300",
                                       "\"\"",
                                       "\"text\"",
                                       "\"h\\u{e9}llo \\u{6c49} \\u{1f600} \\0 end\"",
                                       "\"long \" * 100",
                                       "bytes([0, 1, 255, 128])",
                                       "bytes(0)",
                                       "[]",
                                       "[1, [2, [3]], \"x\"]",
                                       "{}",
                                       "{\"a\": 1, 2: [3], nil: nil, 1.5: true}",
                                       "set([])",
                                       "set([1, \"a\", nil])",
                                       "0..10",
                                       "range(10, -5, -3)",
                                       "range(0, 10 ** 30, 10 ** 20)",
                                       "int",
                                       "ValueError"};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        Value v = expression(vm, each[i]), back = there_and_back(vm, v);
        cr_expect(equal(vm, v, back), "%s", each[i]);
        char want[2000];
        snprintf(want, sizeof want, "%s", vm_repr(vm, v));
        cr_expect_str_eq(vm_repr(vm, back), want);
    }
    Value zero = there_and_back(vm, value_from_double(-0.0));
    cr_expect(signbit(value_to_double(zero)));
    cr_expect(isnan(value_to_double(there_and_back(vm, value_from_double(NAN)))));
    test_vm_free(vm);
}

// Order of insertion comes along.
Test(message, maps_keep_their_order) {
    Vm *vm = test_vm_new();
    Value map = expression(vm, "{\"z\": 1, \"a\": 2, 5: 3, \"m\": 4}");
    cr_expect_str_eq(vm_repr(vm, there_and_back(vm, map)), "{\"z\": 1, \"a\": 2, 5: 3, \"m\": 4}");
    test_vm_free(vm);
}

Test(message, instances_and_errors) {
    Vm *vm = test_vm_new();
    ModuleObject *module = vm_module(
        vm, "class Point { fn init(x, y) { self.x = x; self.y = y }\n"
            "  fn str() => \"(${self.x}, ${self.y})\" }\n"
            "class Far extends Point { fn init() { super.init(1, 2); self.z = 3 } }\n"
            "class Own extends ValueError { fn init(m) { super.init(m); self.code = 7 } }\n"
            "let p = Point(3, [4])\n"
            "let f = Far()\n"
            "let partly = Point(nil, nil)\n"
            "let e = nil\n"
            "try { throw Own(\"why\") from KeyError(\"k\") } catch x { e = x }\n");
    Value p = vm_global(vm, module, "p"), back = there_and_back(vm, p);
    cr_expect_neq(back, p);
    cr_expect_str_eq(vm_repr(vm, back), "(3, [4])");
    cr_expect_eq(instance_shape((Instance *)value_to_ref(back)),
                 instance_shape((Instance *)value_to_ref(p)));
    back = there_and_back(vm, vm_global(vm, module, "f"));
    cr_expect(value_is_instance_of(vm->runtime, back,
                                   (Class *)value_to_ref(vm_global(vm, module, "Point"))));
    cr_expect_str_eq(vm_repr(vm, back), "(1, 2)");
    Value e = vm_global(vm, module, "e");
    back = there_and_back(vm, e);
    cr_expect_str_eq(vm_repr(vm, back), vm_repr(vm, e));
    cr_expect(value_is_error(vm->runtime, back));
    Instance *error = (Instance *)value_to_ref(back);
    cr_expect_str_eq(str_data(value_to_str(error_message(error))), "why");
    cr_expect(value_is_error(vm->runtime, slot_get(instance_slot(error, ERROR_SLOT_CAUSE))));
    Value trace = slot_get(instance_slot(error, ERROR_SLOT_TRACE));
    cr_expect_not_null(
        strstr(str_data(vm->runtime->trace_text(vm_fiber(vm), trace)), "test.conc:9:"));
    cr_expect_eq(instance_get(error, str_intern_c(vm->runtime, vm_fiber(vm)->heap, "code")),
                 value_from_int(7));
    test_vm_free(vm);
}

// --- sharing ---

Test(message, what_is_one_stays_one) {
    Vm *vm = test_vm_new();
    ModuleObject *module =
        vm_module(vm, "class Node { fn init() { self.next = self; self.other = nil } }\n"
                      "let shared = [1]\n"
                      "let long = \"a long text \" * 10\n"
                      "let n = Node()\n"
                      "n.other = shared\n"
                      "let m = {}\n"
                      "m[\"self\"] = m\n"
                      "let data = bytes(3)\n"
                      "let all = [shared, shared, long, long, n, m, data, data, \"s\", \"s\"]\n"
                      "all.append(all)\n");
    Value all = vm_global(vm, module, "all"), back = there_and_back(vm, all);
    List *list = value_to_list(back);
    cr_expect_eq(list_length(list), 11);
    for (size_t i = 0; i < 8; i += 2)
        if (i != 4)
            cr_expect_eq(list_get(list, i), list_get(list, i + 1), "element %zu", i);
    cr_expect_eq(list_get(list, 10), back);
    Instance *node = (Instance *)value_to_ref(list_get(list, 4));
    LocalHeap *heap = vm_fiber(vm)->heap;
    cr_expect_eq(instance_get(node, str_intern_c(vm->runtime, heap, "next")), value_from_ref(node));
    cr_expect_eq(instance_get(node, str_intern_c(vm->runtime, heap, "other")), list_get(list, 0));
    Value map = list_get(list, 5), inside;
    cr_assert(map_get(vm_fiber(vm), value_to_map(map), vm_str(vm, "self"), &inside));
    cr_expect_eq(inside, map);
    cr_expect_neq(list_get(list, 0), vm_global(vm, module, "shared"));
    test_vm_free(vm);
}

// A result of many shared parts is as long as its parts, not as its paths.
Test(message, sharing_does_not_multiply) {
    Vm *vm = test_vm_new();
    Value v = vm_global(vm, vm_module(vm, "let v = []\nfor i in 0..200 { v = [v, v] }\n"), "v");
    Text bytes = {0};
    write_ok(vm, v, &bytes);
    cr_expect_lt(bytes.length, 4000);
    text_free(&bytes);
    test_vm_free(vm);
}

// --- small values ---

// The short way writes the same bytes as the long one, and reads what either has written.
Test(message, small_values) {
    Vm *vm = test_vm_new();
    static const char *const each[] = {"nil",
                                       "true",
                                       "false",
                                       "0",
                                       "-1",
                                       "63",
                                       "64",
                                       "-65",
                                       "1125899906842623",
                                       "-1125899906842624",
                                       "0.0",
                                       "-2.5",
                                       "1e300",
                                       "''",
                                       "'abc'",
                                       "'世界'",
                                       "'a text of 31 bytes, no more yet'"};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        Value v = expression(vm, each[i]);
        char small[MESSAGE_SMALL];
        Text bytes = {0};
        size_t size = message_pack_small(v, small);
        cr_assert(message_pack(vm_fiber(vm), v, 0, &bytes));
        cr_assert_eq(size, bytes.length, "%s", each[i]);
        cr_expect_arr_eq(small, bytes.data, size, "%s", each[i]);
        cr_expect(equal(vm, message_unpack_small(vm_fiber(vm), small, size), v), "%s", each[i]);
        text_free(&bytes);
    }
    static const char *const others[] = {"2 ** 60", "[]", "bytes(1)",
                                         "'a text of 32 bytes: one too many'"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char small[MESSAGE_SMALL];
        cr_expect_eq(message_pack_small(expression(vm, others[i]), small), 0, "%s", others[i]);
    }
    test_vm_free(vm);
}

Test(message, damaged_small_values) {
    Vm *vm = test_vm_new();
    static const struct {
        const char *bytes;
        size_t size;
    } each[] = {{"?", 1},
                {"d1234567", 8},
                {"s", 1},
                {"s\5abc", 5},
                {"s\1\xff", 3},
                {"l\0", 2},
                {"i\xff\xff\xff\xff\xff\xff\xff\x7f", 9}};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        cr_expect_eq(message_unpack_small(vm_fiber(vm), each[i].bytes, each[i].size), VALUE_UNDEF);
    test_vm_free(vm);
}

// --- the order of packed values ---

static int packed_order(Vm *vm, Value a, Value b) {
    Text x = {0}, y = {0};
    cr_assert(message_pack(vm_fiber(vm), a, UINT32_MAX, &x));
    cr_assert(message_pack(vm_fiber(vm), b, UINT32_MAX, &y));
    int order = message_order(x.data, x.length, y.data, y.length);
    text_free(&x);
    text_free(&y);
    return order;
}

// As value_less has it, for each pair of values of one sort.
static void expect_ordered(Vm *vm, const char *list) {
    List *values = value_to_list(expression(vm, list));
    for (size_t i = 0; i < list_length(values); i++)
        for (size_t j = 0; j < list_length(values); j++) {
            Value a = list_get(values, i), b = list_get(values, j);
            bool less, more;
            cr_assert(value_less(vm_fiber(vm), a, b, "<", &less));
            cr_assert(value_less(vm_fiber(vm), b, a, "<", &more));
            int order = packed_order(vm, a, b);
            cr_expect_eq(order < 0 ? -1 : order, less ? -1 : more, "%zu and %zu of %s", i, j, list);
        }
}

Test(message, order) {
    Vm *vm = test_vm_new();
    expect_ordered(vm,
                   "[0, 1, -1, true, false, 63, 64, -64, -65, 2 ** 50, -(2 ** 50), 2 ** 53 + 1, "
                   "2.0 ** 53, 2 ** 64, -(2 ** 64), 2.0 ** 64, 2 ** 1000, 0.5, -0.5, 1.5, -0.0, "
                   "1e300, -1e300, float('inf'), -float('inf'), 10 ** 300]");
    expect_ordered(vm, "['', 'a', 'ab', 'b', '世', '😀', 'a long text of more than 32 bytes, a', "
                       "'a long text of more than 32 bytes, b']");
    expect_ordered(vm, "[bytes([]), bytes([0]), bytes([0, 1]), bytes([200])]");
    expect_ordered(vm,
                   "[[], [1], [1, 'a'], [1, 'b'], [1.5, nil], [2, nil], [0, [3]], [0, [2, 9]]]");
    cr_expect_eq(packed_order(vm, expression(vm, "1"), expression(vm, "'1'")), MESSAGE_UNORDERED);
    cr_expect_eq(packed_order(vm, expression(vm, "[{}]"), expression(vm, "[{}]")),
                 MESSAGE_UNORDERED);
    cr_expect_eq(packed_order(vm, expression(vm, "float('nan')"), expression(vm, "1")), 0);
    cr_expect_eq(message_order("", 0, "i\2", 2), MESSAGE_UNORDERED);
    cr_expect_eq(message_order("s\5a", 3, "s\1a", 3), MESSAGE_UNORDERED);
    test_vm_free(vm);
}

// --- what cannot be sent ---

static void expect_refused(Vm *vm, Value v, ErrorClass c, const char *piece) {
    Text out = {0};
    text_string(&out, "before");
    cr_expect_not(message_write(vm_fiber(vm), MESSAGE_RESULT, v, class_limit(vm), &out));
    const char *message = vm_take_error(vm, c);
    cr_expect_not_null(strstr(message, piece), "`%s` in: %s", piece, message);
    cr_expect_str_eq(text_data(&out), "before");
    text_free(&out);
}

Test(message, refuses_and_names_the_part) {
    Vm *vm = test_vm_new();
    ModuleObject *module = vm_module(vm, "class Box { fn init(v) { self.v = v } }\n"
                                         "let f = fn () => 1\n"
                                         "let m = lock()\n"
                                         "let inside = [0, {\"key\": Box([1, 2, queue()])}]\n"
                                         "let method = [].append\n"
                                         "let keyed = {print: 1}\n"
                                         "let deep = []\n"
                                         "for i in 0..2000 { deep = [deep] }\n");
    expect_refused(vm, vm_global(vm, module, "f"), ERROR_TypeError,
                   "a function cannot be sent to another process");
    expect_refused(vm, vm_global(vm, module, "m"), ERROR_TypeError, "a lock cannot be sent");
    expect_refused(vm, vm_global(vm, module, "method"), ERROR_TypeError, "a function cannot");
    expect_refused(vm, vm_global(vm, module, "inside"), ERROR_TypeError,
                   "element 1, the value of \"key\", field `v` of Box, element 2: a queue cannot");
    expect_refused(vm, vm_global(vm, module, "keyed"), ERROR_TypeError, "a key: a function cannot");
    expect_refused(vm, vm_global(vm, module, "deep"), ERROR_RecursionError, "levels deep");
    // A class that the reader has not seen.
    Value box = vm_global(vm, vm_module(vm, "class Late { }\nlet v = Late()\n"), "v");
    Text out = {0};
    uint32_t id = instance_shape((Instance *)value_to_ref(box))->of->id;
    cr_expect_not(message_write(vm_fiber(vm), MESSAGE_RESULT, box, id, &out));
    cr_expect_not_null(strstr(vm_take_error(vm, ERROR_TypeError), "after the start"));
    text_free(&out);
    test_vm_free(vm);
}

Test(message, nesting_up_to_the_limit) {
    Vm *vm = test_vm_new();
    Value v = vm_global(vm, vm_module(vm, "let v = []\nfor i in 0..1500 { v = [v] }\n"), "v");
    Value back = there_and_back(vm, v);
    for (int i = 0; i < 1500; i++)
        back = list_get(value_to_list(back), 0);
    cr_expect_eq(list_length(value_to_list(back)), 0);
    test_vm_free(vm);
}

// --- damaged messages ---

// All kinds of values, with sharing: the messages that are damaged below.
static const char victims[] =
    "class Point { fn init(x, y) { self.x = x; self.y = y } }\n"
    "class Key { fn init(n) { self.n = n } fn hash() => hash(self.n); fn eq(o) { return self.n == "
    "o.n } }\n"
    "class Own extends Error { fn init(m) { super.init(m); self.code = 7 } }\n"
    "let shared = [1, \"two\", 3.5]\n"
    "let e = nil\n"
    "try { throw Own(\"why\") from KeyError(\"k\") } catch x { e = x }\n"
    "let v = [nil, true, false, -70, 2 ** 80, 0.1, \"text\", \"a long text of more than 32 bytes "
    "here\",\n"
    "  bytes([1, 2, 255]), shared, shared, {\"a\": 1, 2: [3]}, set([1, \"a\"]), range(1, 10, 2),\n"
    "  Point(1, [2]), Point(nil, shared), e, ValueError, {Key(1): 1, Key(2): Key(3)}]\n"
    "v.append(v)\n";

// Whatever came of it is a value like any other: it can be printed, sent again and collected.
static void expect_sound(Vm *vm, Value v) {
    Fiber *fiber = vm_fiber(vm);
    Text text = {0};
    uint32_t mark = root_mark(fiber);
    root_push(fiber, v);
    if (!value_repr(fiber, v, &text))
        error_take(fiber);
    text.length = 0;
    if (!message_write(fiber, MESSAGE_RESULT, v, class_limit(vm), &text))
        error_take(fiber);
    text_free(&text);
    root_release(fiber, mark);
}

// Reads a copy of just this size, so that the address sanitizer sees each byte read too far.
static MessageStatus read_damaged(Vm *vm, const char *data, size_t size) {
    Fiber *fiber = vm_fiber(vm);
    char *copy = malloc(size ? size : 1);
    memcpy(copy, data, size);
    MessageKind kind;
    Value v = VALUE_UNDEF;
    message_size(copy, size);
    MessageStatus status = message_read(fiber, copy, size, &kind, &v);
    free(copy);
    cr_assert_eq(status == MESSAGE_THREW, fiber->error != VALUE_UNDEF);
    if (status == MESSAGE_THREW)
        error_take(fiber);
    if (status == MESSAGE_OK) {
        cr_assert_neq(v, VALUE_UNDEF);
        expect_sound(vm, v);
    }
    return status;
}

static void set_length(char *message, size_t payload) {
    for (int i = 0; i < 8; i++)
        message[8 + i] = (char)(payload >> (8 * i));
}

Test(message, every_truncation_is_refused, .timeout = 100) {
    Vm *vm = test_vm_new();
    Text bytes = {0};
    write_ok(vm, vm_global(vm, vm_module(vm, victims), "v"), &bytes);
    cr_assert_eq(read_damaged(vm, bytes.data, bytes.length), MESSAGE_OK);
    for (size_t size = 0; size < bytes.length; size++) {
        cr_assert_eq(read_damaged(vm, bytes.data, size), MESSAGE_MALFORMED);
        size_t whole = message_size(bytes.data, size); // it says how much is missing
        cr_assert_eq(whole, size < MESSAGE_HEADER ? 0 : bytes.length);
    }
    // Also where the length says that this is all.
    for (size_t size = MESSAGE_HEADER; size < bytes.length; size++) {
        char *copy = malloc(size);
        memcpy(copy, bytes.data, size);
        set_length(copy, size - MESSAGE_HEADER);
        cr_assert_eq(read_damaged(vm, copy, size), MESSAGE_MALFORMED);
        free(copy);
    }
    text_append(&bytes, "n", 1); // and where there is more than it says, or than one value
    cr_expect_eq(read_damaged(vm, bytes.data, bytes.length), MESSAGE_MALFORMED);
    set_length(bytes.data, bytes.length - MESSAGE_HEADER);
    cr_expect_eq(read_damaged(vm, bytes.data, bytes.length), MESSAGE_MALFORMED);
    text_free(&bytes);
    test_vm_free(vm);
}

Test(message, a_damaged_header_is_refused) {
    Vm *vm = test_vm_new();
    Text bytes = {0};
    write_ok(vm, value_from_int(42), &bytes);
    for (size_t at = 0; at < MESSAGE_HEADER; at++)
        for (int value = 0; value < 256; value++) {
            char before = bytes.data[at];
            bool other_kind = at == 5 && (value == MESSAGE_RESULT || value == MESSAGE_ERROR);
            bytes.data[at] = (char)value;
            if (bytes.data[at] != before && !other_kind)
                cr_assert_eq(read_damaged(vm, bytes.data, bytes.length), MESSAGE_MALFORMED);
            bytes.data[at] = before;
        }
    cr_expect_eq(message_size("CO", 2), 0);
    cr_expect_eq(message_size("CX", 2), SIZE_MAX);
    cr_expect_eq(message_size("x", 1), SIZE_MAX);
    text_free(&bytes);
    test_vm_free(vm);
}

Test(message, every_single_byte_is_flipped, .timeout = 200) {
    Vm *vm = test_vm_new();
    Text bytes = {0};
    write_ok(vm, vm_global(vm, vm_module(vm, victims), "v"), &bytes);
    size_t refused = 0, tried = 0;
    for (size_t at = MESSAGE_HEADER; at < bytes.length; at++)
        for (int bit = 0; bit < 9; bit++) {
            char before = bytes.data[at];
            bytes.data[at] = (char)(bit < 8 ? before ^ 1 << bit : ~before);
            refused += read_damaged(vm, bytes.data, bytes.length) != MESSAGE_OK;
            tried++;
            bytes.data[at] = before;
        }
    cr_expect_gt(refused, tried / 3);
    vm_collect(vm);
    text_free(&bytes);
    test_vm_free(vm);
}

Test(message, random_damage, .timeout = 200) {
    Vm *vm = test_vm_new();
    Text bytes = {0};
    static const char tags[] = "ntfuiIdsSblmerocT=.";
    write_ok(vm, vm_global(vm, vm_module(vm, victims), "v"), &bytes);
    char *copy = malloc(bytes.length);
    Random random = {1};
    for (int turn = 0; turn < 20000; turn++) {
        size_t size = bytes.length;
        memcpy(copy, bytes.data, size);
        for (size_t changes = 1 + random_below(&random, 6); changes > 0; changes--) {
            size_t at = MESSAGE_HEADER + random_below(&random, size - MESSAGE_HEADER);
            if (random_below(&random, 2)) // one tag for another
                copy[at] = tags[random_below(&random, sizeof tags - 1)];
            else
                copy[at] = (char)random_bits(&random);
        }
        read_damaged(vm, copy, size);
        if (turn % 2000 == 0)
            vm_collect(vm);
    }
    free(copy);
    text_free(&bytes);
    test_vm_free(vm);
}

// --- bytes made by hand ---

static MessageStatus read_payload(Vm *vm, const char *payload, size_t size) {
    char message[600] = "CONC\1\1\0";
    memcpy(message + MESSAGE_HEADER, payload, size);
    set_length(message, size);
    return read_damaged(vm, message, MESSAGE_HEADER + size);
}
#define READ(vm, payload) read_payload(vm, payload, sizeof payload - 1)

Test(message, bytes_that_nobody_would_write) {
    Vm *vm = test_vm_new();
    cr_expect_eq(READ(vm, "n"), MESSAGE_OK);
    cr_expect_eq(READ(vm, ""), MESSAGE_MALFORMED);
    cr_expect_eq(READ(vm, "u"), MESSAGE_MALFORMED); // no value
    cr_expect_eq(READ(vm, "l\1u"), MESSAGE_MALFORMED);
    cr_expect_eq(READ(vm, "mun."), MESSAGE_MALFORMED);
    cr_expect_eq(READ(vm, "mnu."), MESSAGE_MALFORMED);
    cr_expect_eq(READ(vm, "eu."), MESSAGE_MALFORMED);
    cr_expect_eq(READ(vm, "mn."), MESSAGE_MALFORMED); // a key without a value
    cr_expect_eq(READ(vm, "."), MESSAGE_MALFORMED);
    cr_expect_eq(READ(vm, "=\0"), MESSAGE_MALFORMED); // nothing was seen yet
    cr_expect_eq(READ(vm, "l\1=\1"), MESSAGE_MALFORMED);
    cr_expect_eq(READ(vm, "l\1=\0"), MESSAGE_OK); // itself
    cr_expect_eq(READ(vm, "s\2\xc3("), MESSAGE_MALFORMED);
    cr_expect_eq(READ(vm, "s\3ab"), MESSAGE_MALFORMED);
    cr_expect_eq(READ(vm, "I\0"), MESSAGE_MALFORMED);
    cr_expect_eq(READ(vm, "I\2zz"), MESSAGE_MALFORMED);
    cr_expect_eq(READ(vm, "I\1\xe2"), MESSAGE_MALFORMED); // digits that are no text
    cr_expect_eq(READ(vm, "I\1"
                          "5"),
                 MESSAGE_OK); // small: has the small form all the same
    cr_expect_eq(READ(vm, "rni\2i\2"), MESSAGE_MALFORMED);
    cr_expect_eq(READ(vm, "ri\0i\2i\0"), MESSAGE_MALFORMED); // step 0
    cr_expect_eq(READ(vm, "ml\0n."), MESSAGE_THREW);         // a list as a key
    cr_expect_eq(READ(vm, "l\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), MESSAGE_MALFORMED);
    cr_expect_eq(READ(vm, "i\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), MESSAGE_MALFORMED);
    cr_expect_eq(READ(vm, "o\0\xff\xff\xff\xff\x0f\0"), MESSAGE_MALFORMED); // no such class
    cr_expect_eq(READ(vm, "c\xff\xff\xff\xff\x0f"), MESSAGE_MALFORMED);
    cr_expect_eq(READ(vm, "o\5"), MESSAGE_MALFORMED); // no such layout
    test_vm_free(vm);
}

// Instances of types that C knows by their struct cannot be made by bytes.
Test(message, no_instance_of_a_built_in_type) {
    Vm *vm = test_vm_new();
    for (uint32_t i = 0; i < TYPE_COUNT; i++) {
        char payload[20] = {'o', 0};
        size_t size = 2;
        uint32_t id = vm->runtime->types[i]->id;
        for (; id >= 128; id >>= 7)
            payload[size++] = (char)(id | 128);
        payload[size++] = (char)id;
        payload[size++] = 0; // no fields
        cr_expect_eq(read_payload(vm, payload, size), MESSAGE_MALFORMED, "type %u", i);
    }
    test_vm_free(vm);
}

Test(message, nesting_without_end_is_refused) {
    Vm *vm = test_vm_new();
    Text bytes = {0};
    text_append(&bytes, "CONC\1\1\0\0\0\0\0\0\0\0\0\0", MESSAGE_HEADER);
    for (int i = 0; i < 1000000; i++)
        text_append(&bytes, "l\1", 2);
    set_length(bytes.data, bytes.length - MESSAGE_HEADER);
    cr_expect_eq(read_damaged(vm, bytes.data, bytes.length), MESSAGE_MALFORMED);
    text_free(&bytes);
    test_vm_free(vm);
}

// Lists in lists that all promise the same elements do not take memory for them.
Test(message, promises_are_not_believed) {
    Vm *vm = vm_new(&(VmOptions){.install = natives_install, .memory_limit = 64 << 20});
    Text bytes = {0};
    text_append(&bytes, "CONC\1\1\0\0\0\0\0\0\0\0\0\0", MESSAGE_HEADER);
    for (int i = 0; i < 1000; i++)
        text_append(&bytes, "l\xff\xff\x03", 4); // 65535 elements
    for (int i = 0; i < 70000; i++)
        text_append(&bytes, "n", 1);
    set_length(bytes.data, bytes.length - MESSAGE_HEADER);
    size_t before = heap_used(vm->heap);
    cr_expect_eq(read_damaged(vm, bytes.data, bytes.length), MESSAGE_MALFORMED);
    cr_expect_lt(heap_used(vm->heap), before + (8 << 20));
    text_free(&bytes);
    test_vm_free(vm);
}
