// SPDX-License-Identifier: MIT
//
// Floats: their digits against the C library's exact printf and strtod, rounding, floored division.
#include <math.h>

#include "../support/vm_support.h"
#include "object/number.h"

static double random_double(Random *random) {
    for (;;) {
        uint64_t bits = random_bits(random);
        double d;
        memcpy(&d, &bits, sizeof d);
        if (random_below(random, 2))
            d = (double)((int64_t)bits >> random_below(random, 60)) /
                (double)(1 + random_below(random, 1000));
        if (isfinite(d))
            return d;
    }
}

static const char *repr(double d) {
    static Text text;
    text.length = 0;
    float_repr(d, &text);
    return text_data(&text);
}

static int significant_digits(const char *text) {
    int count = 0, zeros = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (count == 0 && *text == '0'))
            continue;
        zeros = *text == '0' ? zeros + 1 : 0;
        count++;
    }
    return count - zeros;
}

Test(float, repr_reads_back_and_is_the_shortest) {
    Random random = {1};
    for (int i = 0; i < 20000; i++) {
        double d = random_double(&random), back = strtod(repr(d), NULL);
        cr_assert_eq(memcmp(&d, &back, sizeof d), 0, "%a prints as %s", d, repr(d));
        int digits = significant_digits(repr(d));
        for (int fewer = 0; fewer < digits - 1; fewer++) {
            char shorter[64];
            snprintf(shorter, sizeof shorter, "%.*e", fewer, d);
            cr_assert_neq(strtod(shorter, NULL), d, "%s is shorter than %s", shorter, repr(d));
        }
    }
}

Test(float, repr_in_pythons_form) {
    static const struct {
        double d;
        const char *text;
    } each[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {0.1, "0.1"},
        {-2.5, "-2.5"},
        {1e15, "1000000000000000.0"},
        {1e16, "1e+16"},
        {123456789012345680.0, "1.2345678901234568e+17"},
        {1e20, "1e+20"},
        {1e22, "1e+22"},
        {1e23, "1e+23"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {1.5e-7, "1.5e-07"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {9007199254740993.0, "9007199254740992.0"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e100, "1e+100"},
        {9.5367431640625e-07, "9.5367431640625e-07"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {NAN, "nan"},
    };
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        cr_expect_str_eq(repr(each[i].d), each[i].text);
}

// Powers of two have a neighbour below that is nearer than the one above.
Test(float, repr_of_powers_of_two) {
    for (int exponent = -1074; exponent < 1024; exponent++) {
        double d = ldexp(1, exponent);
        cr_assert_eq(strtod(repr(d), NULL), d, "%a prints as %s", d, repr(d));
        cr_assert_leq(significant_digits(repr(d)), 17);
    }
}

// "0.ddd" times 10 to the point'th is what printf prints.
Test(float, digits_of_a_given_number) {
    Random random = {2};
    for (int i = 0; i < 20000; i++) {
        double d = fabs(random_double(&random));
        int count = 1 + (int)random_below(&random, 40), point;
        char digits[FLOAT_DIGITS_MOST], want[64], got[64];
        size_t length = float_digits(d, FLOAT_SIGNIFICANT, count, digits, &point);
        cr_assert_leq(length, (size_t)count);
        cr_assert(length > 0);
        snprintf(want, sizeof want, "%.*e", count - 1, d);
        int at = snprintf(got, sizeof got, "%c%s", digits[0], count > 1 ? "." : "");
        for (int k = 1; k < count; k++)
            got[at++] = (size_t)k < length ? digits[k] : '0';
        snprintf(got + at, sizeof got - (size_t)at, "e%+03d", d == 0 ? 0 : point - 1);
        cr_assert_str_eq(got, want);
    }
}

Test(float, decimals) {
    Random random = {3};
    for (int i = 0; i < 20000; i++) {
        double d = fabs(random_double(&random));
        if (d > 1e15)
            continue;
        int count = (int)random_below(&random, 25), point;
        char digits[FLOAT_DIGITS_MOST], want[64], got[64];
        size_t length = float_digits(d, FLOAT_DECIMALS, count, digits, &point);
        snprintf(want, sizeof want, "%.*f", count, d);
        int at = 0, first = point > 0 ? point : 0;
        if (first == 0)
            got[at++] = '0';
        for (int k = 0; k < first; k++)
            got[at++] = (size_t)k < length ? digits[k] : '0';
        if (count > 0)
            got[at++] = '.';
        for (int k = 0; k < count; k++) {
            int index = point + k;
            got[at++] = length > 0 && index >= 0 && (size_t)index < length ? digits[index] : '0';
        }
        got[at] = '\0';
        cr_assert_str_eq(length == 0 ? want : got, want, "%a to %d decimals", d, count);
        if (length == 0)
            cr_assert_eq(strtod(want, NULL), 0);
    }
}

static bool reads(const char *text, double want) {
    double d = 42;
    return float_parse(text, strlen(text), &d) && (d == want || (isnan(d) && isnan(want)));
}

Test(float, what_is_a_floats_text) {
    cr_expect(reads("1.5", 1.5));
    cr_expect(reads(" \n-1e3\t", -1000));
    cr_expect(reads("1_000.5_5", 1000.55));
    cr_expect(reads(".5", 0.5));
    cr_expect(reads("5.", 5));
    cr_expect(reads("+inf", INFINITY));
    cr_expect(reads("-Infinity", -INFINITY));
    cr_expect(reads("nAn", NAN));
    cr_expect(reads("1e400", INFINITY));
    cr_expect(reads("1e-400", 0));
    static const char *const bad[] = {"",        " ",      ".",     "-",   "e5",   "1e",
                                      "0x10",    "1__0",   "_1",    "1_",  "1.5f", "1 2",
                                      "infinit", "nan(1)", "1e5.5", "--1", "1_.5", "1._5"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double d;
        cr_expect_not(float_parse(bad[i], strlen(bad[i]), &d), "`%s`", bad[i]);
    }
    double d;
    cr_expect_not(float_parse("1\0", 2, &d));
}

Test(float, text_and_back) {
    Random random = {4};
    for (int i = 0; i < 20000; i++) {
        double d = random_double(&random), back;
        cr_assert(float_parse(repr(d), strlen(repr(d)), &back));
        cr_assert_eq(memcmp(&d, &back, sizeof d), 0);
    }
}

// b * (a // b) + a % b is a; the remainder is between 0 and b.
Test(float, floored_division) {
    Random random = {5};
    for (int i = 0; i < 20000; i++) {
        double a = (double)((int64_t)random_bits(&random) >> 40),
               b = (double)((int64_t)random_bits(&random) >> 45);
        if (b == 0)
            continue;
        double q = float_floordiv(a, b), r = float_mod(a, b);
        cr_assert_eq(q, floor(a / b));
        cr_assert_eq(q * b + r, a);
        cr_assert(r == 0 || (r < 0) == (b < 0));
        cr_assert_lt(fabs(r), fabs(b));
    }
    cr_expect(signbit(float_mod(0.0, -3.0)));
    cr_expect_not(signbit(float_mod(-0.0, 3.0)));
    cr_expect_eq(float_mod(5, INFINITY), 5);
    cr_expect_eq(float_mod(-5, INFINITY), INFINITY);
    cr_expect_eq(float_floordiv(-5, INFINITY), -1);
    cr_expect_eq(float_floordiv(1, 0.1), 9); // 0.1 is a little more than a tenth
    cr_expect(isnan(float_mod(INFINITY, 2)));
}

static const char *rounded(Vm *vm, double d, int64_t digits) {
    Value v = number_round(vm_fiber(vm), value_from_double(d), value_from_int(digits));
    return v == VALUE_UNDEF ? vm_take_error(vm, ERROR_OverflowError) : vm_repr(vm, v);
}

Test(float, round_is_exact_and_half_to_even) {
    Vm *vm = test_vm_new();
    cr_expect_str_eq(rounded(vm, 2.5, 0), "2.0");
    cr_expect_str_eq(rounded(vm, 3.5, 0), "4.0");
    cr_expect_str_eq(rounded(vm, 2.675, 2), "2.67"); // just below the middle
    cr_expect_str_eq(rounded(vm, 0.125, 2), "0.12");
    cr_expect_str_eq(rounded(vm, 1234.5, -2), "1200.0");
    cr_expect_str_eq(rounded(vm, -0.4, 0), "-0.0");
    cr_expect_str_eq(rounded(vm, 5e-324, 400), "5e-324");
    cr_expect_str_eq(rounded(vm, 1e300, -400), "0.0");
    cr_expect_str_eq(rounded(vm, INFINITY, 2), "inf");
    Fiber *fiber = vm_fiber(vm);
    cr_expect_eq(number_round(fiber, value_from_double(0.5), VALUE_UNDEF), value_from_int(0));
    cr_expect_eq(number_round(fiber, value_from_double(-1.5), VALUE_NIL), value_from_int(-2));
    cr_expect_str_eq(vm_repr(vm, number_round(fiber, value_from_double(1e20), VALUE_UNDEF)),
                     "100000000000000000000");
    cr_expect_eq(number_round(fiber, value_from_int(25), value_from_int(-1)), value_from_int(20));
    cr_expect_eq(number_round(fiber, value_from_int(35), value_from_int(-1)), value_from_int(40));
    cr_expect_eq(number_round(fiber, value_from_double(NAN), VALUE_UNDEF), VALUE_UNDEF);
    vm_take_error(vm, ERROR_ValueError);
    cr_expect_eq(number_round(fiber, value_from_double(INFINITY), VALUE_UNDEF), VALUE_UNDEF);
    vm_take_error(vm, ERROR_OverflowError);
    test_vm_free(vm);
}

Test(float, nan_is_one_word) {
    for (uint64_t payload = 1; payload < (uint64_t)1 << 52; payload = payload * 5 + 1)
        for (int sign = 0; sign < 2; sign++) {
            uint64_t bits = (uint64_t)0x7ff << 52 | payload | (uint64_t)sign << 63;
            double d;
            memcpy(&d, &bits, sizeof d);
            Value v = value_from_double(d);
            cr_assert(value_is_double(v));
            cr_assert_not(value_is_int(v) || value_is_ref(v));
            cr_assert_eq(v, value_from_double(NAN));
        }
}
