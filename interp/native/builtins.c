// SPDX-License-Identifier: MIT
//
// Built-in functions about single values, input and output, and the script itself.
#include <stdlib.h>
#include <unistd.h>

#include "native/argument.h"
#include "native/output.h"
#include "native/tables.h"
#include "object/error.h"
#include "object/format.h"
#include "object/integer.h"
#include "object/list.h"
#include "object/map.h"
#include "object/module.h"
#include "object/operate.h"
#include "object/root.h"
#include "object/str.h"
#include "object/utf8.h"
#include "process/shared_queue.h"
#include "sync/queue.h"
#include "vm/help.h"
#include "vm/vm.h"

static bool given(Value v) { return v != VALUE_UNDEF; }
static Runtime *rt(Fiber *fiber) { return fiber_runtime(fiber); }
static Value text_value(Fiber *fiber, Text *text) {
    Value v = value_from_ref(str_from_text(fiber->heap, text));
    text_free(text);
    return v;
}

// --- output ---

static bool append_separator(Fiber *fiber, Value v, const char *name, const char *otherwise,
                             Text *out) {
    if (!given(v) || v == VALUE_NIL) {
        text_string(out, otherwise);
        return true;
    }
    if (!value_is_str(v)) {
        throw_type(fiber, "%s must be nil or a string, not %s", name,
                   value_type_name(rt(fiber), v));
        return false;
    }
    text_append(out, str_data(value_to_str(v)), value_to_str(v)->size);
    return true;
}

static bool print_values(Fiber *fiber, Value *args, int count, Text *out) {
    for (int i = 4; i <= count; i++) {
        if (i > 4 && !append_separator(fiber, args[1], "sep", " ", out))
            return false;
        if (!value_to_text(fiber, args[i], out))
            return false;
    }
    return append_separator(fiber, args[2], "end", "\n", out);
}

// Every line begins with who prints it, where somebody wants to know.
static void label_lines(Fiber *fiber, Text *text) {
    Text label = {0}, labelled = {0};
    if (rt(fiber)->label_output)
        rt(fiber)->label_output(fiber, &label);
    if (label.length == 0)
        return;
    const char *at = text_data(text), *end = at + text->length;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t size = (size_t)(newline ? newline + 1 - at : end - at);
        text_append(&labelled, label.data, label.length);
        text_append(&labelled, at, size);
        at += size;
    }
    text_free(&label);
    text_free(text);
    *text = labelled;
}

static Value builtin_print(Fiber *fiber, Value *args, int count) {
    Text text = {0};
    bool ok = print_values(fiber, args, count, &text);
    label_lines(fiber, &text);
    ok = ok && output_write(fiber, STDOUT_FILENO, text_data(&text), text.length);
    text_free(&text);
    return ok ? VALUE_NIL : VALUE_UNDEF;
}

// --- values ---

static Value builtin_repr(Fiber *fiber, Value *args, int count) {
    (void)count;
    Text text = {0};
    if (value_repr(fiber, args[1], &text))
        return text_value(fiber, &text);
    text_free(&text);
    return VALUE_UNDEF;
}

static Value builtin_format(Fiber *fiber, Value *args, int count) {
    (void)count;
    Text text = {0};
    const char *spec = "";
    size_t size = 0;
    if (given(args[2])) {
        if (!value_is_str(args[2]))
            return throw_type(fiber, "format() argument 2 must be str, not %s",
                              value_type_name(rt(fiber), args[2]));
        spec = str_data(value_to_str(args[2]));
        size = value_to_str(args[2])->size;
    }
    if (value_format(fiber, args[1], spec, size, &text))
        return text_value(fiber, &text);
    text_free(&text);
    return VALUE_UNDEF;
}

static Value builtin_len(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value v = args[1];
    if (value_is_list(v) || value_is_str(v) || value_is_map(v))
        return value_length(fiber, v); // no need to look for a method
    Class *c = class_of(rt(fiber), v);
    int method = class_find(c, rt(fiber)->names[NAME_len], false);
    if (method >= 0 && c->members[method].kind == MEMBER_METHOD)
        return rt(fiber)->call_method(fiber, c->members[method].function, v, NULL, 0);
    if (value_is_shared_queue(v))
        return integer_from_uint64(fiber->heap, shared_queue_length(value_to_shared_queue(v)));
    if (value_is_queue(v))
        return value_from_int((int64_t)queue_length(value_to_queue(v)));
    return value_length(fiber, v);
}

static Value builtin_abs(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (value_is_number(args[1]))
        return number_abs(fiber, args[1]);
    return throw_type(fiber, "bad operand type for abs(): '%s'",
                      value_type_name(rt(fiber), args[1]));
}

static Value builtin_round(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (value_is_number(args[1]))
        return number_round(fiber, args[1], args[2]);
    return throw_type(fiber, "type %s doesn't define a round method",
                      value_type_name(rt(fiber), args[1]));
}

static Value builtin_divmod(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value both[2];
    if (!value_is_number(args[1]) || !value_is_number(args[2]))
        return throw_type(fiber, "unsupported operand type(s) for divmod(): '%s' and '%s'",
                          value_type_name(rt(fiber), args[1]), value_type_name(rt(fiber), args[2]));
    if (!number_divmod(fiber, args[1], args[2], both))
        return VALUE_UNDEF;
    return value_from_ref(list_from(fiber->heap, both, 2));
}

static Value builtin_pow(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (!given(args[3]) || args[3] == VALUE_NIL)
        return value_operate(fiber, OPERATOR_POW, args[1], args[2]);
    return number_pow_mod(fiber, args[1], args[2], args[3]);
}

// base: 2, 8 or 16.
static Str *small_in_base(Fiber *fiber, int64_t number, int base, const char *prefix) {
    char text[VALUE_INT_BITS + 4], *end = text + sizeof text, *at = end;
    int shift = base == 16 ? 4 : base == 8 ? 3 : 1;
    uint64_t left = number < 0 ? (uint64_t)-number : (uint64_t)number;
    do
        *--at = "0123456789abcdef"[left & ((1u << shift) - 1)];
    while ((left >>= shift) != 0);
    *--at = prefix[1];
    *--at = prefix[0];
    if (number < 0)
        *--at = '-';
    return str_ascii(fiber->heap, at, (size_t)(end - at));
}

static Value in_base(Fiber *fiber, Value v, int base, const char *prefix) {
    if (value_is_bool(v))
        v = value_from_int(v == VALUE_TRUE);
    if (!value_is_integer(v))
        return throw_type(fiber, "'%s' object cannot be interpreted as an integer",
                          value_type_name(rt(fiber), v));
    if (value_is_int(v))
        return value_from_ref(small_in_base(fiber, value_to_int(v), base, prefix));
    Text digits = {0}, text = {0};
    if (!integer_write(fiber, v, base, &digits))
        return VALUE_UNDEF;
    bool negative = text_data(&digits)[0] == '-';
    text_format(&text, "%s%s%s", negative ? "-" : "", prefix, text_data(&digits) + negative);
    text_free(&digits);
    return text_value(fiber, &text);
}
static Value builtin_bin(Fiber *fiber, Value *args, int count) {
    (void)count;
    return in_base(fiber, args[1], 2, "0b");
}
static Value builtin_oct(Fiber *fiber, Value *args, int count) {
    (void)count;
    return in_base(fiber, args[1], 8, "0o");
}
static Value builtin_hex(Fiber *fiber, Value *args, int count) {
    (void)count;
    return in_base(fiber, args[1], 16, "0x");
}

static Value builtin_hash(Fiber *fiber, Value *args, int count) {
    (void)count;
    uint32_t hash;
    if (value_is_int(args[1]))
        return args[1];
    if (value_is_bool(args[1]))
        return value_from_int(args[1] == VALUE_TRUE);
    if (value_is_double(args[1])) { // equal to the hash of the equal int
        double d = value_to_double(args[1]);
        if (d == floor(d) && fabs(d) < 1e15)
            return value_from_int((int64_t)d);
    }
    return value_hash(fiber, args[1], &hash) ? value_from_int(hash) : VALUE_UNDEF;
}

static Value builtin_id(Fiber *fiber, Value *args, int count) {
    (void)count;
    return integer_from_uint64(fiber->heap, args[1]);
}

static Value builtin_chr(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t code;
    Value v;
    if (!argument_integer(fiber, args[1], &v))
        return VALUE_UNDEF;
    if (!integer_to_int64(v, &code) || code < 0 || code > 0x10ffff ||
        (code >= 0xd800 && code < 0xe000))
        return throw_value(fiber, "chr() arg not in range(0x110000)");
    return value_from_ref(str_from_code_point(fiber->heap, (uint32_t)code));
}

static Value builtin_ord(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (!value_is_str(args[1]))
        return throw_type(fiber, "ord() expected string of length 1, but %s found",
                          value_type_name(rt(fiber), args[1]));
    Str *s = value_to_str(args[1]);
    if (s->length != 1)
        return throw_type(fiber, "ord() expected a character, but string of length %zu found",
                          s->length);
    return value_from_int((int64_t)utf8_next(&(const char *){str_data(s)}));
}

static Value builtin_callable(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return value_from_bool(value_is_callable(args[1]));
}

static Value builtin_isinstance(Fiber *fiber, Value *args, int count) {
    Value v = args[1], of = args[2];
    (void)count;
    if (value_is_kind(of, KIND_CLASS))
        return value_from_bool(value_is_instance_of(rt(fiber), v, (Class *)value_to_ref(of)));
    if (of == VALUE_NIL)
        return value_from_bool(v == VALUE_NIL);
    if (!value_is_list(of))
        return throw_type(fiber, "isinstance() arg 2 must be a type or a list of types");
    for (size_t i = 0; i < list_length(value_to_list(of)); i++) {
        Value c = list_get(value_to_list(of), i);
        if (value_is_kind(c, KIND_CLASS) &&
            value_is_instance_of(rt(fiber), v, (Class *)value_to_ref(c)))
            return VALUE_TRUE;
    }
    return VALUE_FALSE;
}

// --- the script ---

static Value builtin_assert(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (value_truth(fiber, args[1]))
        return VALUE_NIL;
    if (!given(args[2]))
        return throw_error(fiber, ERROR_AssertionError, "assertion failed");
    Value text = value_to_str_value(fiber, args[2]);
    if (text == VALUE_UNDEF)
        return text;
    Class *c = rt(fiber)->errors[ERROR_AssertionError];
    return throw_instance(fiber, value_from_ref(error_new(fiber, c, text)));
}

static Value builtin_exit(Fiber *fiber, Value *args, int count) {
    (void)count;
    int status = 0;
    Value code = given(args[1]) ? args[1] : VALUE_NIL;
    if (value_is_int(code)) {
        status = (int)(value_to_int(code) & 0xff);
    } else if (value_is_bool(code)) {
        status = code == VALUE_TRUE;
    } else if (code != VALUE_NIL) {
        Text text = {0};
        if (!value_to_text(fiber, code, &text))
            return VALUE_UNDEF;
        text_char(&text, '\n');
        output_write(fiber, STDERR_FILENO, text_data(&text), text.length);
        text_free(&text);
        status = 1;
    }
    script_end(fiber_vm(fiber), status, fiber);
    return throw_error(fiber, ERROR_Cancelled, "exit(%d)", status);
}

static Value builtin_help(Fiber *fiber, Value *args, int count) {
    (void)count;
    Text text = {0};
    Value f = args[1];
    if (value_is_kind(f, KIND_BOUND))
        f = ((Bound *)value_to_ref(f))->function;
    if (value_is_kind(f, KIND_NATIVE)) {
        help_native(((Native *)value_to_ref(f))->spec, &text);
    } else if (value_is_kind(f, KIND_CLOSURE)) {
        help_closure((Closure *)value_to_ref(f), &text);
    } else if (value_is_kind(f, KIND_CLASS)) {
        help_class((Class *)value_to_ref(f), &text);
    } else if (value_is_kind(f, KIND_MODULE)) {
        help_module((ModuleObject *)value_to_ref(f), &text);
    } else if (!value_repr(fiber, f, &text)) {
        return VALUE_UNDEF;
    } else {
        text_char(&text, '\n');
    }
    bool ok = output_write(fiber, STDOUT_FILENO, text_data(&text), text.length);
    text_free(&text);
    return ok ? VALUE_NIL : VALUE_UNDEF;
}

const NativeSpec builtin_functions[] = {
    {"print", builtin_print, "*values, sep=\" \", end=\"\\n\", flush=false", 0,
     "Writes the values to standard output, in one piece, so that lines of threads and processes "
     "do not mix. sep: what stands between them; end: what stands behind them. Nothing is held "
     "back, so flush: true changes nothing. OSError if it cannot be written.\n"
     "    print(\"sum:\", 1 + 2)"},
    {"input", input_line, "prompt=\"\"", NATIVE_WAITS,
     "One line of standard input, without its newline. EOFError at the end.\n"
     "    let name = input(\"name? \")"},
    {"repr", builtin_repr, "value", 0,
     "The text that shows a value as it is written in a script.\n"
     "    repr(\"a\")  # \"\\\"a\\\"\""},
    {"format", builtin_format, "value, spec=\"\"", 0,
     "The value as text, by a format spec as Python has it, like `${value:spec}` in a text. "
     "ValueError for a bad one.\n"
     "    format(3.14159, \".2f\")  # \"3.14\""},
    {"len", builtin_len, "value", 0,
     "How many elements or characters a container, text or queue has. TypeError for others.\n"
     "    len([1, 2])  # 2"},
    {"abs", builtin_abs, "number", 0,
     "The number without its sign. TypeError for what is no number.\n"
     "    abs(-2)  # 2"},
    {"round", builtin_round, "number, ndigits=nil", 0,
     "The nearest int, or the nearest number with ndigits after the point; of two that are equally "
     "near the even one.\n"
     "    round(2.675, 2)  # 2.67"},
    {"divmod", builtin_divmod, "a, b", 0,
     "The quotient and the rest: [a // b, a % b]. ZeroDivisionError where b is 0.\n"
     "    divmod(7, 2)  # [3, 1]"},
    {"pow", builtin_pow, "base, exp, mod=nil", 0,
     "base to the power of exp; modulo mod, if that is given. ValueError where there is no such "
     "number.\n"
     "    pow(2, 10, 1000)  # 24"},
    {"bin", builtin_bin, "number", 0,
     "An integer as text, in base two. TypeError for others.\n"
     "    bin(5)  # \"0b101\""},
    {"oct", builtin_oct, "number", 0,
     "An integer as text, in base eight. TypeError for others.\n"
     "    oct(8)  # \"0o10\""},
    {"hex", builtin_hex, "number", 0,
     "An integer as text, in base sixteen. TypeError for others.\n"
     "    hex(255)  # \"0xff\""},
    {"hash", builtin_hash, "value", 0,
     "A number that is the same for equal values. TypeError for list, map and set.\n"
     "    hash(\"a\") == hash(\"a\")"},
    {"id", builtin_id, "value", 0,
     "A number that no other living object has.\n"
     "    let a, b = [[1], [1]]\n"
     "    id(a) == id(b)   # false"},
    {"chr", builtin_chr, "code", 0,
     "The character of a code point, a text of length 1. ValueError below 0 and above 0x10ffff.\n"
     "    chr(0x4e2d)  # \"中\""},
    {"ord", builtin_ord, "character", 0,
     "The code point of a character, an int. TypeError for text of another length.\n"
     "    ord(\"a\")  # 97"},
    {"callable", builtin_callable, "value", 0,
     "Whether the value can be called.\n"
     "    callable(print)  # true"},
    {"isinstance", builtin_isinstance, "value, types", 0,
     "Whether the value is of a type, or of one of a list of types. `value is T` does as much for "
     "one type.\n"
     "    isinstance(1, [int, float])  # true"},
    {"assert", builtin_assert, "condition, message=nil", 0,
     "Throws AssertionError if the condition is falsy, and shows the values that it compared. The "
     "message is only worked out then.\n"
     "    let total = 60 + 40\n"
     "    assert(total == 100, \"money was lost\")"},
    {"exit", builtin_exit, "code=0", 0,
     "Ends the script with this status, after the finally blocks of the thread that calls it; all "
     "else is cancelled. A text is printed to standard error, and the status is 1.\n"
     "    exit(3)"},
    {"help", builtin_help, "value", 0,
     "Prints what a function, type or module is for. `conc doc NAME` does as much in the "
     "terminal.\n"
     "    help(print)"},
    {"time", time_time, "", 0, TIME_TIME_DOC},
    {"sleep", time_sleep, "seconds", NATIVE_WAITS, TIME_SLEEP_DOC},
    {0},
};
