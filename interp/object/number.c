// SPDX-License-Identifier: MIT
//
// Operators on numbers of any mix. Two integers (bool counts as one) stay exact; with a float in it,
// both become floats, and an integer that is too large for one is an OverflowError. Comparisons are
// exact between all of them.
#include "object/number.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/translate.h"
#include "object/error.h"
#include "object/integer_limbs.h"
#include "object/operate.h"

static const char *const operator_symbols[] = {
    [OPERATOR_ADD] = "+",       [OPERATOR_SUB] = "-", [OPERATOR_MUL] = "*",  [OPERATOR_DIV] = "/",
    [OPERATOR_FLOORDIV] = "//", [OPERATOR_MOD] = "%", [OPERATOR_POW] = "**", [OPERATOR_AND] = "&",
    [OPERATOR_OR] = "|",        [OPERATOR_XOR] = "^", [OPERATOR_SHL] = "<<", [OPERATOR_SHR] = ">>",
};

static Value bool_to_int(Value v) { return value_is_bool(v) ? value_from_int(v == VALUE_TRUE) : v; }

bool number_take_double(Fiber *fiber, Value v, double *out) {
    if (value_is_double(v)) {
        *out = value_to_double(v);
        return true;
    }
    if (!value_is_number(v)) {
        throw_type(fiber, "must be real number, not %s", value_type_name(fiber_runtime(fiber), v));
        return false;
    }
    *out = integer_to_double(bool_to_int(v));
    if (isinf(*out)) {
        throw_error(fiber, ERROR_OverflowError, "int too large to convert to float");
        return false;
    }
    return true;
}

// --- operators ---

static Value unsupported(Fiber *fiber, Operator op, Value a, Value b) {
    Runtime *runtime = fiber_runtime(fiber);
    return throw_type(fiber, "unsupported operand type(s) for %s: '%s' and '%s'",
                      operator_symbols[op], value_type_name(runtime, a),
                      value_type_name(runtime, b));
}

static Value operate_integers(Fiber *fiber, Operator op, Value a, Value b) {
    Value v = number_operate_short(fiber->heap, op, a, b);
    if (v != VALUE_UNDEF)
        return v;
    switch (op) {
    case OPERATOR_ADD: return integer_add(fiber, a, b);
    case OPERATOR_SUB: return integer_sub(fiber, a, b);
    case OPERATOR_MUL: return integer_mul(fiber, a, b);
    case OPERATOR_DIV: return integer_truediv(fiber, a, b);
    case OPERATOR_FLOORDIV: return integer_floordiv(fiber, a, b);
    case OPERATOR_MOD: return integer_mod(fiber, a, b);
    case OPERATOR_POW: return integer_pow(fiber, a, b);
    case OPERATOR_AND: return integer_and(fiber, a, b);
    case OPERATOR_OR: return integer_or(fiber, a, b);
    case OPERATOR_XOR: return integer_xor(fiber, a, b);
    case OPERATOR_SHL: return integer_shl(fiber, a, b);
    case OPERATOR_SHR: return integer_shr(fiber, a, b);
    }
    return VALUE_UNDEF;
}

static Value zero_division(Fiber *fiber, const char *message) {
    return throw_error(fiber, ERROR_ZeroDivisionError, "%s", translate(message));
}

static Value operate_floats(Fiber *fiber, Operator op, double x, double y) {
    switch (op) {
    case OPERATOR_ADD: return value_from_double(x + y);
    case OPERATOR_SUB: return value_from_double(x - y);
    case OPERATOR_MUL: return value_from_double(x * y);
    case OPERATOR_DIV:
        if (y == 0)
            return zero_division(fiber, "float division by zero");
        return value_from_double(x / y);
    case OPERATOR_FLOORDIV:
        if (y == 0)
            return zero_division(fiber, "float floor division by zero");
        return value_from_double(float_floordiv(x, y));
    case OPERATOR_MOD:
        if (y == 0)
            return zero_division(fiber, "float modulo");
        return value_from_double(float_mod(x, y));
    default: return float_pow(fiber, x, y);
    }
}

static bool is_bitwise(Operator op) { return op >= OPERATOR_AND; }

Value number_operate(Fiber *fiber, Operator op, Value a, Value b) {
    if (value_is_bool(a) && value_is_bool(b) && op >= OPERATOR_AND && op <= OPERATOR_XOR) {
        bool x = a == VALUE_TRUE, y = b == VALUE_TRUE;
        return value_from_bool(op == OPERATOR_AND ? x && y : op == OPERATOR_OR ? x || y : x != y);
    }
    if (!value_is_double(a) && !value_is_double(b))
        return operate_integers(fiber, op, bool_to_int(a), bool_to_int(b));
    double x, y;
    if (is_bitwise(op))
        return unsupported(fiber, op, a, b);
    if (!number_take_double(fiber, a, &x) || !number_take_double(fiber, b, &y))
        return VALUE_UNDEF;
    return operate_floats(fiber, op, x, y);
}

Value number_negate(Fiber *fiber, Value a) {
    if (value_is_double(a))
        return value_from_double(-value_to_double(a));
    return integer_neg(fiber, bool_to_int(a));
}

Value number_abs(Fiber *fiber, Value v) {
    if (value_is_double(v))
        return value_from_double(fabs(value_to_double(v)));
    v = bool_to_int(v);
    return integer_sign(v) < 0 ? integer_neg(fiber, v) : v;
}

bool number_divmod(Fiber *fiber, Value v, Value by, Value out[2]) {
    if (!value_is_double(v) && !value_is_double(by)) {
        out[0] = integer_floordiv(fiber, bool_to_int(v), bool_to_int(by));
        if (out[0] == VALUE_UNDEF)
            return false;
        out[1] = integer_mod(fiber, bool_to_int(v), bool_to_int(by));
        return true;
    }
    double x, y;
    if (!number_take_double(fiber, v, &x) || !number_take_double(fiber, by, &y))
        return false;
    if (y == 0) {
        zero_division(fiber, "float divmod()");
        return false;
    }
    out[0] = value_from_double(float_floordiv(x, y));
    out[1] = value_from_double(float_mod(x, y));
    return true;
}

// base ** exponent % m, exponent >= 0, m > 1. What takes long goes step by step.
static bool power_modulo(Fiber *fiber, mpz_ptr r, mpz_srcptr base, mpz_srcptr exponent,
                         mpz_srcptr m) {
    enum { QUICK = 1 << 20 };
    if (mpz_size(m) * mpz_size(exponent) < QUICK) {
        mpz_powm(r, base, exponent, m);
        return true;
    }
    mpz_t reduced;
    mpz_init(reduced);
    mpz_mod(reduced, base, m);
    bool ok = mpz_power(fiber, r, reduced, exponent, m);
    mpz_clear(reduced);
    return ok;
}

static Value pow_mod_mpz(Fiber *fiber, mpz_srcptr base, mpz_srcptr exponent, mpz_srcptr modulus) {
    mpz_t r, m, inverse;
    Value v = VALUE_UNDEF;
    bool ok = true;
    mpz_inits(r, m, inverse, NULL);
    mpz_abs(m, modulus);
    if (mpz_cmp_ui(m, 1) == 0) {
        mpz_set_ui(r, 0);
    } else if (mpz_sgn(exponent) >= 0) {
        ok = power_modulo(fiber, r, base, exponent, m);
    } else if (mpz_invert(inverse, base, m)) {
        mpz_neg(r, exponent);
        mpz_t positive;
        mpz_init_set(positive, r);
        ok = power_modulo(fiber, r, inverse, positive, m);
        mpz_clear(positive);
    } else {
        throw_value(fiber, "base is not invertible for the given modulus");
        ok = false;
    }
    if (ok && mpz_sgn(modulus) < 0 && mpz_sgn(r) != 0)
        mpz_add(r, r, modulus);
    if (ok)
        v = integer_from_mpz(fiber->heap, r);
    mpz_clears(r, m, inverse, NULL);
    return v;
}

Value number_pow_mod(Fiber *fiber, Value base, Value exponent, Value modulus) {
    base = bool_to_int(base);
    exponent = bool_to_int(exponent);
    modulus = bool_to_int(modulus);
    if (!value_is_integer(base) || !value_is_integer(exponent) || !value_is_integer(modulus))
        return throw_type(fiber,
                          "pow() 3rd argument not allowed unless all arguments are integers");
    if (modulus == value_from_int(0))
        return throw_value(fiber, "pow() 3rd argument cannot be 0");
    mpz_t x, y, z;
    IntegerRoom room_x, room_y, room_z;
    return pow_mod_mpz(fiber, integer_to_mpz(base, x, &room_x),
                       integer_to_mpz(exponent, y, &room_y), integer_to_mpz(modulus, z, &room_z));
}

// --- order and hash ---

int number_compare(Value a, Value b) {
    a = bool_to_int(a);
    b = bool_to_int(b);
    bool a_is_double = value_is_double(a), b_is_double = value_is_double(b);
    if (!a_is_double && !b_is_double)
        return integer_compare(a, b);
    if (!b_is_double) {
        int order = integer_compare_double(b, value_to_double(a));
        return order == 2 ? 2 : -order;
    }
    if (!a_is_double)
        return integer_compare_double(a, value_to_double(b));
    double x = value_to_double(a), y = value_to_double(b);
    if (isnan(x) || isnan(y))
        return 2;
    return (x > y) - (x < y);
}

uint32_t number_hash(Value v) {
    return value_is_double(v) ? float_hash(value_to_double(v)) : integer_hash(bool_to_int(v));
}

// --- rounding ---

// a to a multiple of 10^places, half to even.
static Value round_integer(Fiber *fiber, Value a, int64_t places) {
    if (places > (int64_t)(integer_bit_length(a) / 3) + 2)
        return value_from_int(0); // 10^places is more than twice as large
    Value unit = integer_pow(fiber, value_from_int(10), value_from_int(places));
    if (unit == VALUE_UNDEF)
        return unit;
    Value quotient = integer_floordiv(fiber, a, unit), rest = integer_mod(fiber, a, unit);
    int order = integer_compare(integer_add(fiber, rest, rest), unit);
    bool odd = integer_and(fiber, quotient, value_from_int(1)) != value_from_int(0);
    if (order > 0 || (order == 0 && odd))
        quotient = integer_add(fiber, quotient, value_from_int(1));
    return integer_mul(fiber, quotient, unit);
}

// The decimal that is nearest to d, read back as a float.
static Value round_float(Fiber *fiber, double d, int64_t places) {
    enum { PLACES_MOST = 323, PLACES_LEAST = -308 }; // beyond these it is d itself, or zero
    if (!isfinite(d) || places > PLACES_MOST)
        return value_from_double(d);
    if (places < PLACES_LEAST)
        return value_from_double(copysign(0, d));
    char text[FLOAT_DIGITS_MOST + 32];
    int point;
    size_t count = float_digits(d, FLOAT_DECIMALS, places, text + 1, &point);
    if (count == 0)
        return value_from_double(copysign(0, d));
    text[0] = '.';
    snprintf(text + 1 + count, 16, "e%d", point);
    double rounded = strtod(text, NULL);
    if (isinf(rounded))
        return throw_error(fiber, ERROR_OverflowError, "rounded value too large to represent");
    return value_from_double(copysign(rounded, d));
}

Value number_round(Fiber *fiber, Value v, Value digits) {
    v = bool_to_int(v);
    if (digits == VALUE_UNDEF || digits == VALUE_NIL)
        return value_is_double(v) ? integer_from_double(fiber, rint(value_to_double(v))) : v;
    digits = bool_to_int(digits);
    if (!value_is_integer(digits))
        return throw_type(fiber, "'%s' object cannot be interpreted as an integer",
                          value_type_name(fiber_runtime(fiber), digits));
    int64_t places;
    if (!integer_to_int64(digits, &places))
        places = integer_sign(digits) < 0 ? INT32_MIN : INT32_MAX;
    if (value_is_double(v))
        return round_float(fiber, value_to_double(v), places);
    return places >= 0 ? v : round_integer(fiber, v, places < INT32_MIN ? INT32_MAX : -places);
}
