// SPDX-License-Identifier: MIT
//
// Arithmetic on integers of one word of the machine, and of two: without GMP, which takes longer to be called than
// to compute them. Two words are what the usual generators and hashes of 64 bits have in between.
#include "object/integer_limbs.h"
#include "object/number.h"

// --- one word ---

// These are false where the result is no such number, or an error.
static inline bool operate_words(Operator op, int64_t x, int64_t y, int64_t *out) {
    switch (op) {
    case OPERATOR_ADD: return !__builtin_add_overflow(x, y, out);
    case OPERATOR_SUB: return !__builtin_sub_overflow(x, y, out);
    case OPERATOR_MUL: return !__builtin_mul_overflow(x, y, out);
    case OPERATOR_FLOORDIV: return y != 0 && word_floordiv(x, y, out);
    case OPERATOR_MOD: return y != 0 && word_mod(x, y, out);
    case OPERATOR_AND: *out = x & y; return true;
    case OPERATOR_OR: *out = x | y; return true;
    case OPERATOR_XOR: *out = x ^ y; return true;
    case OPERATOR_SHL: return y >= 0 && y < 63 && !__builtin_mul_overflow(x, (int64_t)1 << y, out);
    case OPERATOR_SHR: *out = y < 0 ? 0 : x >> (y < 64 ? y : 63); return y >= 0;
    default: return false;
    }
}

// --- two words ---

typedef __int128 Double;
typedef unsigned __int128 Magnitude;

static bool is_word(Double x) { return x == (int64_t)x; }

// Of magnitudes below 2 to the 127th.
static inline bool to_double(Value v, Double *out) {
    if (value_is_int(v)) {
        *out = value_to_int(v);
        return true;
    }
    const Big *big = (const Big *)value_to_ref(v);
    int64_t size = big->size < 0 ? -big->size : big->size;
    if (size > 2 || (size == 2 && big->limbs[1] >> 63))
        return false;
    Double magnitude = (Double)(size == 2 ? (Magnitude)big->limbs[1] << 64 : 0) | big->limbs[0];
    *out = big->size < 0 ? -magnitude : magnitude;
    return true;
}

static Value from_double(LocalHeap *heap, Double x) {
    if (is_word(x))
        return integer_from_int64(heap, (int64_t)x);
    Magnitude magnitude = x < 0 ? -(Magnitude)x : (Magnitude)x;
    size_t limbs = magnitude >> 64 ? 2 : 1;
    Big *big = big_alloc(heap, limbs);
    big->limbs[0] = (mp_limb_t)magnitude;
    if (limbs == 2)
        big->limbs[1] = (mp_limb_t)(magnitude >> 64);
    return big_finish(big, limbs, x < 0);
}

// Below 2 to the 127th is what a word times something below 2 to the 64th gives.
static bool double_mul(Double x, Double y, Double *out) {
    Double word = is_word(x) ? x : y, other = is_word(x) ? y : x;
    if (!is_word(word) || (other < 0 ? -other : other) >> 64)
        return false;
    *out = word * other;
    return true;
}

static bool double_divide(Double x, Double y, Double *quotient, Double *rest) {
    if (y == 0)
        return false;
    *quotient = x / y;
    *rest = x - *quotient * y;
    if (*rest != 0 && (*rest ^ y) < 0) { // rounded down, as Python's
        --*quotient;
        *rest += y;
    }
    return true;
}

static bool double_shl(Double x, Double count, Double *out) {
    if (count < 0 || count > 126)
        return false;
    *out = (Double)((Magnitude)x << (int)count);
    return *out >> (int)count == x;
}

static bool operate_doubles(Operator op, Double x, Double y, Double *out) {
    Double other;
    switch (op) {
    case OPERATOR_ADD: return !__builtin_add_overflow(x, y, out);
    case OPERATOR_SUB: return !__builtin_sub_overflow(x, y, out);
    case OPERATOR_MUL: return double_mul(x, y, out);
    case OPERATOR_FLOORDIV: return double_divide(x, y, out, &other);
    case OPERATOR_MOD: return double_divide(x, y, &other, out);
    case OPERATOR_AND: *out = x & y; return true;
    case OPERATOR_OR: *out = x | y; return true;
    case OPERATOR_XOR: *out = x ^ y; return true;
    case OPERATOR_SHL: return double_shl(x, y, out);
    case OPERATOR_SHR: *out = y < 0 ? 0 : x >> (int)(y < 128 ? y : 127); return y >= 0;
    default: return false;
    }
}

Value number_operate_short(LocalHeap *heap, Operator op, Value a, Value b) {
    if (!value_is_integer(a) || !value_is_integer(b))
        return VALUE_UNDEF;
    int64_t x, y, word = 0;
    if (integer_to_int64(a, &x) && integer_to_int64(b, &y) && operate_words(op, x, y, &word))
        return integer_from_int64(heap, word);
    Double p, q, two = 0;
    if (to_double(a, &p) && to_double(b, &q) && operate_doubles(op, p, q, &two))
        return from_double(heap, two);
    return VALUE_UNDEF;
}
