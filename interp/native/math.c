// SPDX-License-Identifier: MIT
//
// The module math: C's functions with Python's errors. A result that is not a number, of an argument
// that is one, is a domain error; one that is infinite, of finite arguments, a range error (or a
// domain error where the function has a pole there). Functions of integers are exact (GMP).
#include <stdlib.h>

#include "base/os.h"
#include "native/argument.h"
#include "native/tables.h"
#include "object/error.h"
#include "object/integer_limbs.h"
#include "object/list.h"
#include "object/operate.h"

static Value domain_error(Fiber *fiber) { return throw_value(fiber, "math domain error"); }
static Value range_error(Fiber *fiber) {
    return throw_error(fiber, ERROR_OverflowError, "math range error");
}

static Value pair(Fiber *fiber, Value a, Value b) {
    return value_from_ref(list_from(fiber->heap, (Value[]){a, b}, 2));
}

// --- one float to one float ---

typedef double Function(double x);

static Value apply(Fiber *fiber, const Value *args, Function *f, bool overflows) {
    double x;
    if (!number_take_double(fiber, args[1], &x))
        return VALUE_UNDEF;
    double r = f(x);
    if (isnan(r) && !isnan(x))
        return domain_error(fiber);
    if (isinf(r) && isfinite(x))
        return overflows ? range_error(fiber) : domain_error(fiber);
    return value_from_double(r);
}

static double to_degrees(double x) { return x * (180 / M_PI); }
static double to_radians(double x) { return x * (M_PI / 180); }
static double unit_in_last_place(double x) {
    x = fabs(x);
    if (!isfinite(x))
        return x;
    double above = nextafter(x, INFINITY);
    return isinf(above) ? x - nextafter(x, 0) : above - x;
}

// name, C function, whether an infinite result is an overflow
#define UNARY(X)                                                                                   \
    X(sqrt, sqrt, false)                                                                           \
    X(cbrt, cbrt, false)                                                                           \
    X(exp, exp, true)                                                                              \
    X(exp2, exp2, true)                                                                            \
    X(expm1, expm1, true)                                                                          \
    X(log1p, log1p, false)                                                                         \
    X(sin, sin, false)                                                                             \
    X(cos, cos, false)                                                                             \
    X(tan, tan, false)                                                                             \
    X(asin, asin, false)                                                                           \
    X(acos, acos, false)                                                                           \
    X(atan, atan, false)                                                                           \
    X(sinh, sinh, true)                                                                            \
    X(cosh, cosh, true)                                                                            \
    X(tanh, tanh, false)                                                                           \
    X(asinh, asinh, false)                                                                         \
    X(acosh, acosh, false)                                                                         \
    X(atanh, atanh, false)                                                                         \
    X(fabs, fabs, false)                                                                           \
    X(erf, erf, false)                                                                             \
    X(erfc, erfc, false)                                                                           \
    X(degrees, to_degrees, false)                                                                  \
    X(radians, to_radians, false)                                                                  \
    X(ulp, unit_in_last_place, false)
#define X(name, function, overflows)                                                               \
    static Value math_##name(Fiber *fiber, Value *args, int count) {                               \
        (void)count;                                                                               \
        return apply(fiber, args, function, overflows);                                            \
    }
UNARY(X)
#undef X

static Value math_gamma(Fiber *fiber, Value *args, int count) {
    (void)count;
    double x;
    if (!number_take_double(fiber, args[1], &x))
        return VALUE_UNDEF;
    if ((isfinite(x) && x <= 0 && x == floor(x)) || (isinf(x) && x < 0))
        return domain_error(fiber);
    return apply(fiber, args, tgamma, true);
}

static double log_gamma(double x) {
    int sign;
    return lgamma_r(x, &sign);
}

static Value math_lgamma(Fiber *fiber, Value *args, int count) {
    (void)count;
    double x;
    if (!number_take_double(fiber, args[1], &x))
        return VALUE_UNDEF;
    if (isfinite(x) && x <= 0 && x == floor(x))
        return domain_error(fiber);
    return apply(fiber, args, log_gamma, true);
}

// --- logarithms; integers of any size have one ---

static bool logarithm(Fiber *fiber, Value v, Function *f, double *out) {
    double x;
    if (value_is_big(v) && integer_sign(v) > 0 && isinf(integer_to_double(v))) {
        mpz_t z;
        IntegerRoom room;
        signed long exponent;
        double mantissa = mpz_get_d_2exp(&exponent, integer_to_mpz(v, z, &room));
        *out = f(mantissa) + f(2) * (double)exponent;
        return true;
    }
    if (value_is_big(v) && integer_sign(v) < 0) {
        domain_error(fiber);
        return false;
    }
    if (!number_take_double(fiber, v, &x))
        return false;
    if (!(x > 0) && !isnan(x)) {
        domain_error(fiber);
        return false;
    }
    *out = f(x);
    return true;
}

static Value math_log(Fiber *fiber, Value *args, int count) {
    (void)count;
    double x, base;
    if (!logarithm(fiber, args[1], log, &x))
        return VALUE_UNDEF;
    if (args[2] == VALUE_UNDEF)
        return value_from_double(x);
    if (!logarithm(fiber, args[2], log, &base))
        return VALUE_UNDEF;
    if (base == 0)
        return throw_error(fiber, ERROR_ZeroDivisionError, "float division by zero");
    return value_from_double(x / base);
}

static Value math_log2(Fiber *fiber, Value *args, int count) {
    (void)count;
    double x;
    return logarithm(fiber, args[1], log2, &x) ? value_from_double(x) : VALUE_UNDEF;
}

static Value math_log10(Fiber *fiber, Value *args, int count) {
    (void)count;
    double x;
    return logarithm(fiber, args[1], log10, &x) ? value_from_double(x) : VALUE_UNDEF;
}

// --- two floats ---

static bool take_two(Fiber *fiber, const Value *args, double *x, double *y) {
    return number_take_double(fiber, args[1], x) && number_take_double(fiber, args[2], y);
}

static Value math_pow(Fiber *fiber, Value *args, int count) {
    (void)count;
    double x, y;
    if (!take_two(fiber, args, &x, &y))
        return VALUE_UNDEF;
    double r = pow(x, y);
    if (isnan(r) && !isnan(x) && !isnan(y))
        return domain_error(fiber);
    if (isinf(r) && isfinite(x) && isfinite(y))
        return x == 0 ? domain_error(fiber) : range_error(fiber);
    return value_from_double(r);
}

typedef double Function2(double x, double y);

static Value apply_two(Fiber *fiber, const Value *args, Function2 *f) {
    double x, y;
    if (!take_two(fiber, args, &x, &y))
        return VALUE_UNDEF;
    double r = f(x, y);
    if (isnan(r) && !isnan(x) && !isnan(y))
        return domain_error(fiber);
    return value_from_double(r);
}

#define BINARY(X) X(fmod) X(remainder) X(atan2) X(copysign) X(nextafter)
#define X(name)                                                                                    \
    static Value math_##name(Fiber *fiber, Value *args, int count) {                               \
        (void)count;                                                                               \
        return apply_two(fiber, args, name);                                                       \
    }
BINARY(X)
#undef X

static Value math_ldexp(Fiber *fiber, Value *args, int count) {
    (void)count;
    double x;
    Value exponent;
    int64_t e;
    if (!number_take_double(fiber, args[1], &x) || !argument_integer(fiber, args[2], &exponent))
        return VALUE_UNDEF;
    if (!integer_to_int64(exponent, &e) || e < -10000 || e > 10000)
        e = integer_sign(exponent) * 10000;
    double r = ldexp(x, (int)e);
    return isinf(r) && isfinite(x) ? range_error(fiber) : value_from_double(r);
}

static Value math_isclose(Fiber *fiber, Value *args, int count) {
    (void)count;
    double a, b, relative = 1e-9, absolute = 0;
    if (!take_two(fiber, args, &a, &b) ||
        (args[3] != VALUE_UNDEF && !number_take_double(fiber, args[3], &relative)) ||
        (args[4] != VALUE_UNDEF && !number_take_double(fiber, args[4], &absolute)))
        return VALUE_UNDEF;
    if (relative < 0 || absolute < 0)
        return throw_value(fiber, "tolerances must be non-negative");
    if (a == b)
        return VALUE_TRUE;
    if (isinf(a) || isinf(b))
        return VALUE_FALSE;
    double difference = fabs(b - a);
    return value_from_bool(difference <= fabs(relative * b) || difference <= fabs(relative * a) ||
                           difference <= absolute);
}

// --- taking floats apart ---

static Value math_frexp(Fiber *fiber, Value *args, int count) {
    (void)count;
    double x;
    int exponent = 0;
    if (!number_take_double(fiber, args[1], &x))
        return VALUE_UNDEF;
    double mantissa = isfinite(x) ? frexp(x, &exponent) : x;
    return pair(fiber, value_from_double(mantissa), value_from_int(exponent));
}

static Value math_modf(Fiber *fiber, Value *args, int count) {
    (void)count;
    double x, whole;
    if (!number_take_double(fiber, args[1], &x))
        return VALUE_UNDEF;
    double fraction = modf(x, &whole);
    return pair(fiber, value_from_double(fraction), value_from_double(whole));
}

static Value to_integer(Fiber *fiber, Value v, Function *f) {
    double x;
    if (value_is_integer(v) || value_is_bool(v)) {
        argument_integer(fiber, v, &v);
        return v;
    }
    if (!number_take_double(fiber, v, &x))
        return VALUE_UNDEF;
    return integer_from_double(fiber, f(x));
}

static Value math_floor(Fiber *fiber, Value *args, int count) {
    (void)count;
    return to_integer(fiber, args[1], floor);
}

static Value math_ceil(Fiber *fiber, Value *args, int count) {
    (void)count;
    return to_integer(fiber, args[1], ceil);
}

static Value math_trunc(Fiber *fiber, Value *args, int count) {
    (void)count;
    return to_integer(fiber, args[1], trunc);
}

// --- questions ---

static Value math_isnan(Fiber *fiber, Value *args, int count) {
    (void)count;
    double x;
    return number_take_double(fiber, args[1], &x) ? value_from_bool(isnan(x)) : VALUE_UNDEF;
}

static Value math_isinf(Fiber *fiber, Value *args, int count) {
    (void)count;
    double x;
    return number_take_double(fiber, args[1], &x) ? value_from_bool(isinf(x)) : VALUE_UNDEF;
}

static Value math_isfinite(Fiber *fiber, Value *args, int count) {
    (void)count;
    double x;
    return number_take_double(fiber, args[1], &x) ? value_from_bool(isfinite(x)) : VALUE_UNDEF;
}

// --- many floats ---

// An extended double has room for the squares of any double.
static Value math_hypot(Fiber *fiber, Value *args, int count) {
    long double sum = 0;
    bool infinite = false;
    for (int i = 1; i <= count; i++) {
        double x;
        if (!number_take_double(fiber, args[i], &x))
            return VALUE_UNDEF;
        infinite = infinite || isinf(x);
        sum += (long double)x * x;
    }
    return value_from_double(infinite ? INFINITY : (double)sqrtl(sum));
}

// The floats of any iterable, malloc'ed. NULL with an error. S.
static double *take_floats(Fiber *fiber, Value iterable, size_t *count) {
    Value v = iterate_to_list(fiber, iterable);
    if (v == VALUE_UNDEF)
        return NULL;
    List *list = value_to_list(v);
    *count = list_length(list);
    double *xs = os_malloc(*count * sizeof *xs);
    for (size_t i = 0; i < *count; i++) {
        if (number_take_double(fiber, list_get(list, i), &xs[i]))
            continue;
        free(xs);
        return NULL;
    }
    return xs;
}

static Value math_dist(Fiber *fiber, Value *args, int count) {
    (void)count;
    size_t n, m;
    double *p = take_floats(fiber, args[1], &n);
    if (!p)
        return VALUE_UNDEF;
    double *q = take_floats(fiber, args[2], &m);
    Value result = VALUE_UNDEF;
    if (q && n != m) {
        throw_value(fiber, "both points must have the same number of dimensions");
    } else if (q) {
        long double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += ((long double)p[i] - q[i]) * ((long double)p[i] - q[i]);
        result = value_from_double((double)sqrtl(sum));
    }
    free(p);
    free(q);
    return result;
}

// Exact: keeps the sum as parts that do not overlap (J. Shewchuk 1997; R. Hettinger for Python).
static size_t add_to_parts(double *parts, size_t count, double x) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        double y = parts[i];
        if (fabs(x) < fabs(y)) {
            double swap = x;
            x = y;
            y = swap;
        }
        volatile double high = x + y, back = high - x;
        double low = y - back;
        if (low != 0)
            parts[kept++] = low;
        x = high;
    }
    if (x != 0)
        parts[kept++] = x;
    return kept;
}

// The parts' sum, rounded once, half to even.
static double sum_of_parts(const double *parts, size_t count) {
    if (count == 0)
        return 0;
    double high = parts[--count], low = 0;
    while (count > 0 && low == 0) {
        double x = high, y = parts[--count];
        volatile double sum = x + y, back = sum - x;
        high = sum;
        low = y - back;
    }
    if (count > 0 && ((low < 0 && parts[count - 1] < 0) || (low > 0 && parts[count - 1] > 0))) {
        double twice = low * 2;
        volatile double sum = high + twice, back = sum - high;
        if (twice == back)
            high = sum;
    }
    return high;
}

static Value math_fsum(Fiber *fiber, Value *args, int count) {
    (void)count;
    size_t n, part_count = 0;
    double *xs = take_floats(fiber, args[1], &n), special = 0;
    if (!xs)
        return VALUE_UNDEF;
    double *parts = os_malloc((n + 1) * sizeof *parts);
    bool opposite = false, overflow = false;
    for (size_t i = 0; i < n && !overflow; i++) {
        if (isfinite(xs[i])) {
            part_count = add_to_parts(parts, part_count, xs[i]);
            overflow = part_count > 0 && !isfinite(parts[part_count - 1]);
        } else {
            opposite = opposite || (isinf(special) && isinf(xs[i]) && special != xs[i]);
            special += xs[i];
        }
    }
    double sum = special != 0 || isnan(special) ? special : sum_of_parts(parts, part_count);
    free(parts);
    free(xs);
    if (overflow)
        return throw_error(fiber, ERROR_OverflowError, "intermediate overflow in fsum");
    if (opposite)
        return throw_value(fiber, "-inf + inf in fsum");
    return value_from_double(sum);
}

static Value math_prod(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (args[2] == VALUE_UNDEF)
        args[2] = value_from_int(1);
    args[1] = iterate_to_list(fiber, args[1]);
    if (args[1] == VALUE_UNDEF)
        return VALUE_UNDEF;
    for (size_t i = 0; args[2] != VALUE_UNDEF; i++) {
        Value v = list_get(value_to_list(args[1]), i);
        if (v == VALUE_UNDEF)
            break;
        bool numbers = value_is_number(v) && value_is_number(args[2]);
        args[2] = numbers ? number_operate(fiber, OPERATOR_MUL, args[2], v)
                          : value_operate(fiber, OPERATOR_MUL, args[2], v);
    }
    return args[2];
}

// --- integers ---

typedef void Fold(mpz_ptr, mpz_srcptr, mpz_srcptr);

static Value fold_integers(Fiber *fiber, Value *args, int count, unsigned long start, Fold *fold) {
    mpz_t sum, z;
    IntegerRoom room;
    Value result = VALUE_UNDEF;
    mpz_init_set_ui(sum, start);
    for (int i = 1; i <= count; i++) {
        if (!argument_integer(fiber, args[i], &args[i]))
            goto end;
        fold(sum, sum, integer_to_mpz(args[i], z, &room));
    }
    result = integer_from_mpz(fiber->heap, sum);
end:
    mpz_clear(sum);
    return result;
}

static Value math_gcd(Fiber *fiber, Value *args, int count) {
    return fold_integers(fiber, args, count, 0, mpz_gcd);
}

static Value math_lcm(Fiber *fiber, Value *args, int count) {
    return fold_integers(fiber, args, count, 1, mpz_lcm);
}

static Value math_isqrt(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (!argument_integer(fiber, args[1], &args[1]))
        return VALUE_UNDEF;
    if (integer_sign(args[1]) < 0)
        return throw_value(fiber, "isqrt() argument must be nonnegative");
    mpz_t z, root;
    IntegerRoom room;
    mpz_init(root);
    mpz_sqrt(root, integer_to_mpz(args[1], z, &room));
    Value v = integer_from_mpz(fiber->heap, root);
    mpz_clear(root);
    return v;
}

static bool room_for_bits(Fiber *fiber, double bits) {
    if (bits < 32768)
        return true;
    if (bits / 64 <= (double)LIMBS_MOST && heap_has_room(fiber->heap, (size_t)(bits / 4)))
        return true;
    throw_memory(fiber, bits < 1e18 ? (size_t)(bits / 8) : SIZE_MAX / 2);
    return false;
}

static double factorial_bits(double n) { return n < 2 ? 1 : n * log2(n); }

static Value factorial(Fiber *fiber, Value n) {
    int64_t i;
    if (integer_sign(n) < 0)
        return throw_value(fiber, "factorial() not defined for negative values");
    if (!integer_to_int64(n, &i))
        return throw_error(fiber, ERROR_OverflowError,
                           "factorial() argument should not exceed 9223372036854775807");
    if (!room_for_bits(fiber, factorial_bits((double)i)))
        return VALUE_UNDEF;
    mpz_t z;
    mpz_init(z);
    bool detached = limbs_begin(fiber, (size_t)(factorial_bits((double)i) / 64));
    mpz_fac_ui(z, (unsigned long)i);
    limbs_end(fiber, detached);
    Value v = integer_from_mpz(fiber->heap, z);
    mpz_clear(z);
    return v;
}

static Value math_factorial(Fiber *fiber, Value *args, int count) {
    (void)count;
    return argument_integer(fiber, args[1], &args[1]) ? factorial(fiber, args[1]) : VALUE_UNDEF;
}

// n over k, times k! where the order counts.
static Value choose(Fiber *fiber, Value n, Value k, bool ordered) {
    int64_t places;
    if (integer_sign(n) < 0)
        return throw_value(fiber, "n must be a non-negative integer");
    if (integer_sign(k) < 0)
        return throw_value(fiber, "k must be a non-negative integer");
    if (integer_compare(k, n) > 0)
        return value_from_int(0);
    Value others = integer_sub(fiber, n, k);
    bool fewer = !ordered && integer_compare(others, k) < 0;
    if (!integer_to_int64(fewer ? others : k, &places))
        return throw_error(fiber, ERROR_OverflowError, "%s must not exceed 9223372036854775807",
                           ordered ? "k" : "min(n - k, k)");
    double bits = (double)places * (double)integer_bit_length(n);
    if (!ordered && bits > (double)places + integer_to_double(n))
        bits = integer_to_double(n); // n over k is below 2^n
    if (!room_for_bits(fiber, bits))
        return VALUE_UNDEF;
    mpz_t z, r, f;
    IntegerRoom room;
    mpz_inits(r, f, NULL);
    mpz_srcptr of = integer_to_mpz(n, z, &room);
    bool detached = limbs_begin(fiber, (size_t)(bits / 64));
    mpz_bin_ui(r, of, (unsigned long)places);
    if (ordered) {
        mpz_fac_ui(f, (unsigned long)places);
        mpz_mul(r, r, f);
    }
    limbs_end(fiber, detached);
    Value v = integer_from_mpz(fiber->heap, r);
    mpz_clears(r, f, NULL);
    return v;
}

static Value math_comb(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (!argument_integer(fiber, args[1], &args[1]) || !argument_integer(fiber, args[2], &args[2]))
        return VALUE_UNDEF;
    return choose(fiber, args[1], args[2], false);
}

static Value math_perm(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (!argument_integer(fiber, args[1], &args[1]))
        return VALUE_UNDEF;
    if (!argument_given(args[2]))
        return factorial(fiber, args[1]);
    if (!argument_integer(fiber, args[2], &args[2]))
        return VALUE_UNDEF;
    return choose(fiber, args[1], args[2], true);
}

// --- the tables ---

const char math_doc[] =
    "Functions of numbers, as Python's math has them. They take ints and floats, and give floats "
    "where nothing "
    "else is said. ValueError for what has no result, OverflowError for what is too large.\n"
    "    import math\n"
    "    math.sqrt(16)   # 4.0\n"
    "    from math import sqrt, pi\n"
    "    sqrt(4) * pi   # 6.283185307179586";

const NamedDouble math_constants[] = {
    {"pi", M_PI, "The circumference of a circle over its diameter.\n    pi   # 3.141592653589793"},
    {"e", M_E, "The base of natural logarithms.\n    e   # 2.718281828459045"},
    {"tau", 2 * M_PI, "2 * pi.\n    tau   # 6.283185307179586"},
    {"inf", INFINITY, "The float that is larger than all others.\n    1e308 < inf   # true"},
    {"nan", NAN, "The float that is no number, and equal to nothing.\n    nan == nan   # false"},
    {NULL, 0, NULL}};

#define ROW(name, signature, doc)                                                                  \
    { #name, math_##name, signature, 0, doc }
const NativeSpec math_functions[] = {
    ROW(acos, "x",
        "Arc cosine, in radians. ValueError outside of -1 to 1.\n"
        "    acos(1)   # 0.0"),
    ROW(acosh, "x",
        "Inverse hyperbolic cosine. ValueError below 1.\n"
        "    acosh(1)   # 0.0"),
    ROW(asin, "x",
        "Arc sine, in radians. ValueError outside of -1 to 1.\n"
        "    asin(0)   # 0.0"),
    ROW(asinh, "x",
        "Inverse hyperbolic sine.\n"
        "    asinh(0)   # 0.0"),
    ROW(atan, "x",
        "Arc tangent, in radians.\n"
        "    atan(0)   # 0.0"),
    ROW(atan2, "y, x",
        "The angle of the point (x, y), in radians from -pi to pi.\n"
        "    atan2(0, -1)   # 3.141592653589793"),
    ROW(atanh, "x",
        "Inverse hyperbolic tangent. ValueError unless x is between -1 and 1.\n"
        "    atanh(0)   # 0.0"),
    ROW(cbrt, "x",
        "Cube root.\n"
        "    cbrt(-8)   # -2.0"),
    ROW(ceil, "x",
        "The smallest integer that is not below x. OverflowError for inf, ValueError for nan.\n"
        "    ceil(1.2)   # 2"),
    ROW(comb, "n, k",
        "Ways to choose k of n things. ValueError for negative ones.\n"
        "    comb(5, 2)   # 10"),
    ROW(copysign, "x, y",
        "|x| with the sign of y.\n"
        "    copysign(1, -0.0)   # -1.0"),
    ROW(cos, "x",
        "Cosine of x radians. ValueError for inf.\n"
        "    cos(0)   # 1.0"),
    ROW(cosh, "x",
        "Hyperbolic cosine. OverflowError where it is too large.\n"
        "    cosh(0)   # 1.0"),
    ROW(degrees, "x",
        "Radians as degrees.\n"
        "    degrees(pi)   # 180.0"),
    ROW(dist, "p, q",
        "Distance of two points, lists of coordinates. ValueError where they have not as many.\n"
        "    dist([0, 0], [3, 4])   # 5.0"),
    ROW(erf, "x",
        "Error function.\n"
        "    erf(0)   # 0.0"),
    ROW(erfc, "x",
        "1 - erf(x), exact also where that is small.\n"
        "    erfc(0)   # 1.0"),
    ROW(exp, "x",
        "e to the power of x. OverflowError where it is too large.\n"
        "    exp(1)   # 2.718281828459045"),
    ROW(exp2, "x",
        "2 to the power of x.\n"
        "    exp2(3)   # 8.0"),
    ROW(expm1, "x",
        "exp(x) - 1, exact also for small x.\n"
        "    expm1(1e-9)   # 1.0000000005000001e-09"),
    ROW(fabs, "x",
        "Absolute value as a float.\n"
        "    fabs(-2)   # 2.0"),
    ROW(factorial, "n",
        "1 * 2 * ... * n. ValueError below 0.\n"
        "    factorial(5)   # 120"),
    ROW(floor, "x",
        "The largest integer that is not above x. OverflowError for inf, ValueError for nan.\n"
        "    floor(-1.2)   # -2"),
    ROW(fmod, "x, y",
        "The rest of x / y, with the sign of x (x % y has the sign of y). ValueError where y is "
        "0.\n"
        "    fmod(-5, 3)   # -2.0"),
    ROW(frexp, "x",
        "[m, e] with x == m * 2**e and 0.5 <= |m| < 1.\n"
        "    frexp(8)   # [0.5, 4]"),
    ROW(fsum, "xs",
        "The exact sum of floats, rounded once.\n"
        "    fsum([0.1] * 10)   # 1.0"),
    ROW(gamma, "x",
        "Gamma function. ValueError for 0, -1, -2 and so on.\n"
        "    gamma(5)   # 24.0"),
    ROW(gcd, "*integers",
        "Greatest common divisor of integers. TypeError for floats.\n"
        "    gcd(12, 18)   # 6"),
    ROW(hypot, "*coordinates",
        "Length of the vector with these coordinates.\n"
        "    hypot(3, 4)   # 5.0"),
    ROW(isclose, "a, b, rel_tol=1e-9, abs_tol=0.0",
        "Whether a and b differ by no more than rel_tol times the larger of them, or by no more "
        "than abs_tol. ValueError for tolerances below 0.\n"
        "    isclose(0.1 + 0.2, 0.3)   # true"),
    ROW(isfinite, "x",
        "Whether x is neither infinite nor nan.\n"
        "    isfinite(1)   # true"),
    ROW(isinf, "x",
        "Whether x is infinite.\n"
        "    isinf(-inf)   # true"),
    ROW(isnan, "x",
        "Whether x is nan, not a number.\n"
        "    isnan(nan)   # true"),
    ROW(isqrt, "n",
        "The largest integer whose square is not above n. ValueError below 0.\n"
        "    isqrt(17)   # 4"),
    ROW(lcm, "*integers",
        "Least common multiple of integers. TypeError for floats.\n"
        "    lcm(4, 6)   # 12"),
    ROW(ldexp, "x, e",
        "x * 2**e. OverflowError where it is too large.\n"
        "    ldexp(0.5, 4)   # 8.0"),
    ROW(lgamma, "x",
        "Natural logarithm of |gamma(x)|. ValueError for 0, -1, -2 and so on.\n"
        "    lgamma(1)   # 0.0"),
    ROW(log, "x, base=nil",
        "Logarithm, natural or to a base. ValueError unless x is above 0.\n"
        "    log(8, 2)   # 3.0"),
    ROW(log10, "x",
        "Logarithm to base 10. ValueError unless x is above 0.\n"
        "    log10(1000)   # 3.0"),
    ROW(log1p, "x",
        "log(1 + x), exact also for small x. ValueError unless x is above -1.\n"
        "    log1p(0)   # 0.0"),
    ROW(log2, "x",
        "Logarithm to base 2. ValueError unless x is above 0.\n"
        "    log2(8)   # 3.0"),
    ROW(modf, "x",
        "[fraction, whole] of x, both with its sign.\n"
        "    modf(2.5)   # [0.5, 2.0]"),
    ROW(nextafter, "x, y",
        "The float next to x towards y.\n"
        "    nextafter(1, 2)   # 1.0000000000000002"),
    ROW(perm, "n, k=nil",
        "Ways to choose k of n things where the order counts; without k: of all n. ValueError for "
        "negative ones.\n"
        "    perm(5, 2)   # 20"),
    ROW(pow, "x, y",
        "x to the power of y, as floats. ValueError where that is not real, OverflowError where it "
        "is too large.\n"
        "    pow(2, 0.5)   # 1.4142135623730951"),
    ROW(prod, "xs, start=1",
        "The product of start and all elements of xs.\n"
        "    prod([2, 3, 4])   # 24"),
    ROW(radians, "x",
        "Degrees as radians.\n"
        "    radians(180)   # 3.141592653589793"),
    ROW(remainder, "x, y",
        "The difference of x and the nearest multiple of y. ValueError where y is 0.\n"
        "    remainder(5, 3)   # -1.0"),
    ROW(sin, "x",
        "Sine of x radians. ValueError for inf.\n"
        "    sin(0)   # 0.0"),
    ROW(sinh, "x",
        "Hyperbolic sine. OverflowError where it is too large.\n"
        "    sinh(0)   # 0.0"),
    ROW(sqrt, "x",
        "Square root. ValueError below 0.\n"
        "    sqrt(2)   # 1.4142135623730951"),
    ROW(tan, "x",
        "Tangent of x radians. ValueError for inf.\n"
        "    tan(0)   # 0.0"),
    ROW(tanh, "x",
        "Hyperbolic tangent.\n"
        "    tanh(0)   # 0.0"),
    ROW(trunc, "x",
        "The whole part of x as an integer.\n"
        "    trunc(-1.7)   # -1"),
    ROW(ulp, "x",
        "How far the next float above |x| is.\n"
        "    ulp(1)   # 2.220446049250313e-16"),
    {NULL, NULL, NULL, 0, NULL}};
#undef ROW
