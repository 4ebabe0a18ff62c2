// SPDX-License-Identifier: MIT
//
// Integers: against GMP, which here takes the long way, with numbers of all sizes around the places
// where the form or the number of limbs changes.
#include <gmp.h>
#include <math.h>

#include "../support/vm_support.h"
#include "object/integer.h"
#include "object/number.h"

static Value from_text(Vm *vm, const char *digits) {
    Value v = integer_parse(vm_fiber(vm)->heap, digits, strlen(digits), 10);
    cr_assert(v != VALUE_UNDEF, "%s", digits);
    return v;
}

static const char *shown(Value v) {
    static Text text;
    text.length = 0;
    integer_print(v, 10, &text);
    return text_data(&text);
}

// The one right form, and the number that it should be.
static void expect_is(Value v, mpz_srcptr number, const char *what) {
    cr_assert(value_is_integer(v), "%s is no integer", what);
    char *digits = mpz_get_str(NULL, 10, number);
    cr_assert_str_eq(shown(v), digits, "%s: %s instead of %s", what, shown(v), digits);
    bool fits = mpz_fits_slong_p(number) && int_fits_value(mpz_get_si(number));
    cr_assert_eq(value_is_int(v), fits, "%s: %s has the wrong form", what, digits);
    free(digits);
}

// Numbers near 0, near powers of two, and of random limbs; either sign.
static void random_number(Random *random, mpz_ptr z) {
    unsigned long bits = (unsigned long)random_below(random, 300);
    mpz_set_ui(z, 0);
    switch (random_below(random, 4)) {
    case 0: mpz_set_si(z, (long)random_below(random, 21) - 10); break;
    case 1:
        mpz_setbit(z, bits);
        if (random_below(random, 2))
            mpz_add_ui(z, z, random_below(random, 3));
        else
            mpz_sub_ui(z, z, random_below(random, 3));
        break;
    case 2: mpz_set_si(z, (long)random_bits(random) >> random_below(random, 63)); break;
    default:
        for (unsigned long i = 0; i < bits; i += 64) {
            mpz_mul_2exp(z, z, 64);
            mpz_add_ui(z, z, random_bits(random));
        }
    }
    if (random_below(random, 2))
        mpz_neg(z, z);
}

static Value to_value(Vm *vm, mpz_srcptr z) { return integer_from_mpz(vm_fiber(vm)->heap, z); }

Test(integer, small_form_has_51_bits) {
    Vm *vm = test_vm_new();
    LocalHeap *heap = vm_fiber(vm)->heap;
    cr_expect(value_is_int(integer_from_int64(heap, VALUE_INT_MAX)));
    cr_expect(value_is_int(integer_from_int64(heap, VALUE_INT_MIN)));
    cr_expect(value_is_big(integer_from_int64(heap, VALUE_INT_MAX + 1)));
    cr_expect(value_is_big(integer_from_int64(heap, VALUE_INT_MIN - 1)));
    int64_t each[] = {0,
                      1,
                      -1,
                      VALUE_INT_MAX,
                      VALUE_INT_MIN,
                      VALUE_INT_MAX + 1,
                      VALUE_INT_MIN - 1,
                      INT64_MAX,
                      INT64_MIN,
                      INT64_MIN + 1};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        int64_t back = 42;
        char text[30];
        Value v = integer_from_int64(heap, each[i]);
        cr_assert(integer_to_int64(v, &back));
        cr_assert_eq(back, each[i]);
        snprintf(text, sizeof text, "%lld", (long long)each[i]);
        cr_assert_str_eq(shown(v), text);
    }
    int64_t none;
    cr_expect_not(integer_to_int64(from_text(vm, "9223372036854775808"), &none));
    cr_expect_not(integer_to_int64(from_text(vm, "-9223372036854775809"), &none));
    cr_expect_str_eq(shown(integer_from_uint64(heap, UINT64_MAX)), "18446744073709551615");
    test_vm_free(vm);
}

typedef void Reference(mpz_ptr result, mpz_srcptr a, mpz_srcptr b);
typedef Value Operation(Fiber *fiber, Value a, Value b);

static void compare_operation(const char *name, Operation *operation, Reference *reference,
                              bool divides) {
    Vm *vm = test_vm_new();
    Random random = {1};
    mpz_t a, b, want;
    mpz_inits(a, b, want, NULL);
    for (int i = 0; i < 20000; i++) {
        random_number(&random, a);
        random_number(&random, b);
        if (divides && mpz_sgn(b) == 0)
            mpz_set_si(b, 7);
        reference(want, a, b);
        Value v = operation(vm_fiber(vm), to_value(vm, a), to_value(vm, b));
        cr_assert(v != VALUE_UNDEF, "%s threw", name);
        expect_is(v, want, name);
        if (i % 1000 == 0)
            vm_collect(vm);
    }
    mpz_clears(a, b, want, NULL);
    test_vm_free(vm);
}

Test(integer, add) { compare_operation("+", integer_add, mpz_add, false); }
Test(integer, subtract) { compare_operation("-", integer_sub, mpz_sub, false); }
Test(integer, multiply) { compare_operation("*", integer_mul, mpz_mul, false); }
Test(integer, divide_to_the_floor) { compare_operation("//", integer_floordiv, mpz_fdiv_q, true); }
Test(integer, remainder_has_the_divisors_sign) {
    compare_operation("%", integer_mod, mpz_fdiv_r, true);
}
Test(integer, bits) {
    compare_operation("&", integer_and, mpz_and, false);
    compare_operation("|", integer_or, mpz_ior, false);
    compare_operation("^", integer_xor, mpz_xor, false);
}

Test(integer, shifts_and_signs) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Random random = {2};
    mpz_t a, want;
    mpz_inits(a, want, NULL);
    for (int i = 0; i < 20000; i++) {
        random_number(&random, a);
        unsigned long bits = (unsigned long)random_below(&random, 200);
        Value v = to_value(vm, a), by = value_from_int((int64_t)bits);
        mpz_mul_2exp(want, a, bits);
        expect_is(integer_shl(fiber, v, by), want, "<<");
        mpz_fdiv_q_2exp(want, a, bits);
        expect_is(integer_shr(fiber, v, by), want, ">>");
        mpz_neg(want, a);
        expect_is(integer_neg(fiber, v), want, "-");
        mpz_com(want, a);
        expect_is(integer_not(fiber, v), want, "~");
        cr_assert_eq(integer_sign(v), mpz_sgn(a));
        cr_assert_eq(integer_bit_length(v), mpz_sgn(a) ? mpz_sizeinbase(a, 2) : 0);
    }
    mpz_clears(a, want, NULL);
    cr_expect_eq(integer_shr(fiber, value_from_int(-1), from_text(vm, "99999999999999999999")),
                 value_from_int(-1));
    cr_expect_eq(integer_shr(fiber, value_from_int(5), from_text(vm, "99999999999999999999")),
                 value_from_int(0));
    cr_expect_eq(integer_shl(fiber, value_from_int(0), from_text(vm, "99999999999999999999")),
                 value_from_int(0));
    test_vm_free(vm);
}

Test(integer, powers) {
    Vm *vm = test_vm_new();
    Random random = {3};
    mpz_t a, want;
    mpz_inits(a, want, NULL);
    for (int i = 0; i < 2000; i++) {
        random_number(&random, a);
        unsigned long exponent = (unsigned long)random_below(&random, 12);
        mpz_pow_ui(want, a, exponent);
        expect_is(integer_pow(vm_fiber(vm), to_value(vm, a), value_from_int((int64_t)exponent)),
                  want, "**");
    }
    mpz_clears(a, want, NULL);
    test_vm_free(vm);
}

Test(integer, order_and_hash) {
    Vm *vm = test_vm_new();
    Random random = {4};
    mpz_t a, b;
    mpz_inits(a, b, NULL);
    for (int i = 0; i < 20000; i++) {
        random_number(&random, a);
        random_number(&random, b);
        Value x = to_value(vm, a), y = to_value(vm, b);
        int order = integer_compare(x, y), want = mpz_cmp(a, b);
        cr_assert_eq((order > 0) - (order < 0), (want > 0) - (want < 0));
        cr_assert_eq(integer_hash(x), integer_hash(to_value(vm, a)));
        // A number that a double holds exactly has one hash in both forms.
        double d = mpz_get_d(a);
        mpz_set_d(b, d);
        if (mpz_cmp(a, b) == 0) {
            cr_assert_eq(integer_hash(x), float_hash(d), "%s", shown(x));
            cr_assert_eq(integer_compare_double(x, d), 0);
        }
    }
    mpz_clears(a, b, NULL);
    test_vm_free(vm);
}

// Half to even: of the doubles around, none is nearer.
static void check_nearest(Vm *vm, mpz_srcptr a, double d) {
    mpz_t below, above, distance;
    mpz_inits(below, above, distance, NULL);
    mpz_set_d(below, nextafter(d, -INFINITY));
    mpz_set_d(above, nextafter(d, INFINITY));
    mpz_set_d(distance, d);
    mpz_sub(distance, distance, a);
    mpz_sub(below, below, a);
    mpz_sub(above, above, a);
    int down = mpz_cmpabs(distance, below), up = mpz_cmpabs(distance, above);
    cr_assert(down <= 0 && up <= 0, "%s is nearer to another double than %a",
              shown(to_value(vm, a)), d);
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    if (down == 0 || up == 0)
        cr_assert_eq(bits & 1, 0, "a tie goes to the even one");
    mpz_clears(below, above, distance, NULL);
}

Test(integer, to_double_rounds_to_nearest) {
    Vm *vm = test_vm_new();
    Random random = {5};
    mpz_t a, half;
    mpz_inits(a, half, NULL);
    for (int i = 0; i < 20000; i++) {
        if (i % 2) { // just at, below and above the middle between two doubles
            mpz_set_ui(a, random_bits(&random) >> 11 | (uint64_t)1 << 52);
            unsigned long shift = (unsigned long)random_below(&random, 200) + 2;
            mpz_mul_2exp(a, a, shift);
            mpz_set_ui(half, 1);
            mpz_mul_2exp(half, half, shift - 1);
            mpz_add(a, a, half);
            if (i % 3)
                mpz_add_ui(a, a, 1);
            if (i % 5 == 0)
                mpz_sub_ui(a, a, 1);
        } else {
            random_number(&random, a);
        }
        check_nearest(vm, a, integer_to_double(to_value(vm, a)));
    }
    mpz_ui_pow_ui(a, 2, 1024);
    cr_expect_eq(integer_to_double(to_value(vm, a)), HUGE_VAL);
    mpz_sub_ui(a, a, 1); // rounds up to 2**1024, which is none
    cr_expect_eq(integer_to_double(to_value(vm, a)), HUGE_VAL);
    mpz_neg(a, a);
    cr_expect_eq(integer_to_double(to_value(vm, a)), -HUGE_VAL);
    mpz_clears(a, half, NULL);
    test_vm_free(vm);
}

// a / b: the quotient is nearer to no other double.
Test(integer, true_division_is_correctly_rounded) {
    Vm *vm = test_vm_new();
    Random random = {6};
    mpz_t a, b;
    mpq_t exact, got, next;
    mpz_inits(a, b, NULL);
    mpq_inits(exact, got, next, NULL);
    for (int i = 0; i < 20000; i++) {
        random_number(&random, a);
        random_number(&random, b);
        if (mpz_sgn(b) == 0)
            continue;
        Value v = integer_truediv(vm_fiber(vm), to_value(vm, a), to_value(vm, b));
        cr_assert(value_is_double(v));
        double d = value_to_double(v);
        mpq_set_num(exact, a);
        mpq_set_den(exact, b);
        mpq_canonicalize(exact);
        mpq_set_d(got, d);
        mpq_sub(got, got, exact);
        mpq_abs(got, got);
        for (int side = 0; side < 2; side++) {
            mpq_set_d(next, nextafter(d, side ? INFINITY : -INFINITY));
            mpq_sub(next, next, exact);
            mpq_abs(next, next);
            cr_assert_leq(mpq_cmp(got, next), 0);
        }
    }
    mpz_clears(a, b, NULL);
    mpq_clears(exact, got, next, NULL);
    test_vm_free(vm);
}

Test(integer, text_in_every_base) {
    Vm *vm = test_vm_new();
    Random random = {7};
    mpz_t a;
    mpz_init(a);
    for (int i = 0; i < 20000; i++) {
        random_number(&random, a);
        Value v = to_value(vm, a);
        int base = 2 + (int)random_below(&random, 35);
        Text text = {0};
        integer_print(v, base, &text);
        char *digits = mpz_get_str(NULL, base, a);
        cr_assert_str_eq(text_data(&text), digits);
        free(digits);
        expect_is(integer_parse(vm_fiber(vm)->heap, text.data, text.length, base), a, "parsed");
        text_free(&text);
    }
    mpz_clear(a);
    test_vm_free(vm);
}

static bool parses(Vm *vm, const char *text, int base, int64_t want) {
    Value v = integer_parse(vm_fiber(vm)->heap, text, strlen(text), base);
    return v != VALUE_UNDEF && v == value_from_int(want);
}

Test(integer, what_is_an_integers_text) {
    Vm *vm = test_vm_new();
    cr_expect(parses(vm, "42", 10, 42));
    cr_expect(parses(vm, " \t-42\n", 10, -42));
    cr_expect(parses(vm, "+1_000", 10, 1000));
    cr_expect(parses(vm, "0x_ff", 16, 255));
    cr_expect(parses(vm, "ff", 16, 255));
    cr_expect(parses(vm, "0b101", 0, 5));
    cr_expect(parses(vm, "0o17", 0, 15));
    cr_expect(parses(vm, "-0XfF", 0, -255));
    cr_expect(parses(vm, "007", 10, 7));
    cr_expect(parses(vm, "0", 0, 0));
    static const char *const bad[] = {"",   " ",   "-",   "+-1", "1_",  "_1",  "1__0",
                                      "0x", "1 2", "12a", "1.0", "0b2", "--1", "1e3"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Value v = integer_parse(vm_fiber(vm)->heap, bad[i], strlen(bad[i]), 10);
        cr_expect_eq(v, VALUE_UNDEF, "`%s`", bad[i]);
    }
    cr_expect_eq(integer_parse(vm_fiber(vm)->heap, "007", 3, 0), VALUE_UNDEF);
    cr_expect_eq(integer_parse(vm_fiber(vm)->heap, "1\0002", 3, 10), VALUE_UNDEF);
    test_vm_free(vm);
}

Test(integer, errors) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Value zero = value_from_int(0), one = value_from_int(1);
    Value big = from_text(vm, "100000000000000000000000000");
    cr_expect_eq(integer_floordiv(fiber, big, zero), VALUE_UNDEF);
    vm_take_error(vm, ERROR_ZeroDivisionError);
    cr_expect_eq(integer_mod(fiber, one, zero), VALUE_UNDEF);
    vm_take_error(vm, ERROR_ZeroDivisionError);
    cr_expect_eq(integer_truediv(fiber, big, zero), VALUE_UNDEF);
    vm_take_error(vm, ERROR_ZeroDivisionError);
    cr_expect_eq(integer_shl(fiber, one, value_from_int(-1)), VALUE_UNDEF);
    vm_take_error(vm, ERROR_ValueError);
    cr_expect_eq(integer_shr(fiber, one, value_from_int(-1)), VALUE_UNDEF);
    vm_take_error(vm, ERROR_ValueError);
    cr_expect_eq(integer_shl(fiber, one, big), VALUE_UNDEF);
    fiber->error = VALUE_UNDEF; // OverflowError or MemoryError
    cr_expect_eq(integer_pow(fiber, big, big), VALUE_UNDEF);
    fiber->error = VALUE_UNDEF;
    cr_expect_eq(integer_from_double(fiber, NAN), VALUE_UNDEF);
    vm_take_error(vm, ERROR_ValueError);
    cr_expect_eq(integer_from_double(fiber, INFINITY), VALUE_UNDEF);
    vm_take_error(vm, ERROR_OverflowError);
    cr_expect_str_eq(shown(integer_from_double(fiber, 1e23)), "99999999999999991611392");
    cr_expect_str_eq(shown(integer_from_double(fiber, -2.9)), "-2");
    test_vm_free(vm);
}
