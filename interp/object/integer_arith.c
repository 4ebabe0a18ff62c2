// SPDX-License-Identifier: MIT
//
// Arithmetic. Immediates are done in 64 bits; sums and products are written by GMP's mpn functions
// straight into the new object; the rest goes through an mpz of the C stack. GMP ends the process
// where it has no memory, so whatever a script can make large is asked for first (room_for).
#include "object/error.h"
#include "object/integer_limbs.h"
#include "object/number.h"
#include "object/root.h"

static double small_double(Value v) { return (double)value_to_int(v); }

// Room for an integer of `limbs` limbs, and for GMP to work in.
static bool room_for(Fiber *fiber, size_t limbs) {
    enum { ALWAYS = 512 };
    if (limbs < ALWAYS)
        return true;
    if (limbs <= LIMBS_MOST && heap_has_room(fiber->heap, limbs * sizeof(mp_limb_t) * 2))
        return true;
    throw_memory(fiber, limbs <= LIMBS_MOST ? limbs * sizeof(mp_limb_t) : SIZE_MAX / 2);
    return false;
}

// --- sums ---

// |a| + |b|, or the difference of both, with a's sign or its opposite.
static Value add_limbs(Fiber *fiber, Limbs a, Limbs b) {
    if (a.count < b.count) {
        Limbs swap = a;
        a = b;
        b = swap;
    }
    if (!room_for(fiber, a.count + 1))
        return VALUE_UNDEF;
    Big *r = big_alloc(fiber->heap, a.count + 1);
    mp_size_t m = (mp_size_t)a.count, n = (mp_size_t)b.count;
    if (n == 0) {
        memcpy(r->limbs, a.at, a.count * sizeof(mp_limb_t));
    } else if (a.negative == b.negative) {
        r->limbs[a.count] = mpn_add(r->limbs, a.at, m, b.at, n);
        return big_finish(r, a.count + 1, a.negative);
    } else if (m == n && mpn_cmp(a.at, b.at, n) < 0) {
        mpn_sub_n(r->limbs, b.at, a.at, n);
        return big_finish(r, a.count, b.negative);
    } else {
        mpn_sub(r->limbs, a.at, m, b.at, n);
    }
    return big_finish(r, a.count, a.negative);
}

static bool both_words(Value a, Value b, int64_t *x, int64_t *y) {
    return integer_to_int64(a, x) && integer_to_int64(b, y);
}

Value integer_add(Fiber *fiber, Value a, Value b) {
    int64_t x, y, sum;
    if (both_words(a, b, &x, &y) && !__builtin_add_overflow(x, y, &sum))
        return integer_from_int64(fiber->heap, sum);
    IntegerRoom room_a, room_b;
    return add_limbs(fiber, integer_limbs(a, &room_a), integer_limbs(b, &room_b));
}

Value integer_sub(Fiber *fiber, Value a, Value b) {
    int64_t x, z, difference;
    if (both_words(a, b, &x, &z) && !__builtin_sub_overflow(x, z, &difference))
        return integer_from_int64(fiber->heap, difference);
    IntegerRoom room_a, room_b;
    Limbs y = integer_limbs(b, &room_b);
    y.negative = !y.negative;
    return add_limbs(fiber, integer_limbs(a, &room_a), y);
}

Value integer_neg(Fiber *fiber, Value a) { return integer_sub(fiber, value_from_int(0), a); }
Value integer_not(Fiber *fiber, Value a) { return integer_sub(fiber, value_from_int(-1), a); }

// --- products ---

Value integer_mul(Fiber *fiber, Value a, Value b) {
    int64_t small;
    if (value_both_int(a, b) && !__builtin_mul_overflow(value_to_int(a), value_to_int(b), &small))
        return integer_from_int64(fiber->heap, small);
    IntegerRoom room_a, room_b;
    Limbs x = integer_limbs(a, &room_a), y = integer_limbs(b, &room_b);
    if (x.count < y.count) {
        Limbs swap = x;
        x = y;
        y = swap;
    }
    if (y.count == 0)
        return value_from_int(0);
    if (!room_for(fiber, x.count + y.count))
        return VALUE_UNDEF;
    Big *r = big_alloc(fiber->heap, x.count + y.count);
    uint32_t mark = root_mark(fiber);
    root_push(fiber, value_from_ref(r));
    bool detached = limbs_begin(fiber, x.count + y.count);
    if (x.at == y.at)
        mpn_sqr(r->limbs, x.at, (mp_size_t)x.count);
    else
        mpn_mul(r->limbs, x.at, (mp_size_t)x.count, y.at, (mp_size_t)y.count);
    limbs_end(fiber, detached);
    root_release(fiber, mark);
    return big_finish(r, x.count + y.count, x.negative != y.negative);
}

// --- quotients ---

typedef void Binary(mpz_ptr, mpz_srcptr, mpz_srcptr);

static Value by_mpz(Fiber *fiber, Binary *operation, Value a, Value b) {
    mpz_t x, y, r;
    IntegerRoom room_x, room_y;
    mpz_init(r);
    mpz_srcptr p = integer_to_mpz(a, x, &room_x), q = integer_to_mpz(b, y, &room_y);
    bool detached = limbs_begin(fiber, mpz_size(p));
    operation(r, p, q);
    limbs_end(fiber, detached);
    Value v = integer_from_mpz(fiber->heap, r);
    mpz_clear(r);
    return v;
}

Value integer_floordiv(Fiber *fiber, Value a, Value b) {
    if (b == value_from_int(0))
        return throw_error(fiber, ERROR_ZeroDivisionError, "integer division or modulo by zero");
    int64_t x, y, quotient;
    if (both_words(a, b, &x, &y) && word_floordiv(x, y, &quotient))
        return integer_from_int64(fiber->heap, quotient);
    return by_mpz(fiber, mpz_fdiv_q, a, b);
}

Value integer_mod(Fiber *fiber, Value a, Value b) {
    if (b == value_from_int(0))
        return throw_error(fiber, ERROR_ZeroDivisionError, "integer modulo by zero");
    int64_t x, y, rest;
    if (both_words(a, b, &x, &y) && word_mod(x, y, &rest))
        return integer_from_int64(fiber->heap, rest);
    return by_mpz(fiber, mpz_fdiv_r, a, b);
}

// A quotient of 55 or more bits, its last bit set if there is a remainder, is rounded once, to what
// a double holds at that size (after CPython's long_true_divide). The result is q * 2^shift.
static double divide_big(mpz_srcptr x, mpz_srcptr y) {
    enum { MANTISSA = 53, EXPONENT_MIN = -1021 };
    long difference = (long)mpz_sizeinbase(x, 2) - (long)mpz_sizeinbase(y, 2);
    if (mpz_sgn(x) == 0)
        return 0;
    if (difference > 1024)
        return HUGE_VAL;
    if (difference < EXPONENT_MIN - MANTISSA - 1)
        return 0;
    long shift = (difference > EXPONENT_MIN ? difference : EXPONENT_MIN) - MANTISSA - 2;
    mpz_t n, d, q, r;
    mpz_inits(n, d, q, r, NULL);
    mpz_abs(n, x);
    mpz_abs(d, y);
    if (shift < 0)
        mpz_mul_2exp(n, n, (mp_bitcnt_t)-shift);
    else
        mpz_mul_2exp(d, d, (mp_bitcnt_t)shift);
    mpz_tdiv_qr(q, r, n, d);
    uint64_t bits = mpz_get_ui(q) | (mpz_sgn(r) != 0);
    mpz_clears(n, d, q, r, NULL);
    // The bits that the double has no place for, at least two.
    int length = bits ? 64 - __builtin_clzll(bits) : 0;
    int extra = (length > EXPONENT_MIN - shift ? length : (int)(EXPONENT_MIN - shift)) - MANTISSA;
    uint64_t half = (uint64_t)1 << (extra - 1);
    if ((bits & half) && (bits & (3 * half - 1)))
        bits += half;
    bits &= ~(2 * half - 1);
    return ldexp((double)bits, (int)shift);
}

Value integer_truediv(Fiber *fiber, Value a, Value b) {
    if (b == value_from_int(0))
        return throw_error(fiber, ERROR_ZeroDivisionError, "division by zero");
    if (value_both_int(a, b))
        return value_from_double(small_double(a) / small_double(b)); // both exact
    mpz_t x, y;
    IntegerRoom room_x, room_y;
    double d = divide_big(integer_to_mpz(a, x, &room_x), integer_to_mpz(b, y, &room_y));
    if (isinf(d))
        return throw_error(fiber, ERROR_OverflowError,
                           "integer division result too large for a float");
    bool negative = (integer_sign(a) < 0) != (integer_sign(b) < 0);
    return value_from_double(negative ? -d : d);
}

// --- powers ---

bool mpz_power(Fiber *fiber, mpz_ptr result, mpz_srcptr base, mpz_srcptr exponent,
               mpz_srcptr modulus) {
    mpz_set_ui(result, 1);
    for (size_t bit = mpz_sizeinbase(exponent, 2); bit-- > 0;) {
        bool detached = limbs_begin(fiber, 2 * mpz_size(result));
        mpz_mul(result, result, result);
        if (modulus)
            mpz_tdiv_r(result, result, modulus);
        if (mpz_tstbit(exponent, bit))
            mpz_mul(result, result, base);
        if (modulus)
            mpz_tdiv_r(result, result, modulus);
        limbs_end(fiber, detached);
        if (!runtime_poll(fiber))
            return false;
    }
    return true;
}

static Value pow_negative(Fiber *fiber, Value a, Value b) {
    double x = integer_to_double(a), y = integer_to_double(b);
    if (isinf(x) || isinf(y))
        return throw_error(fiber, ERROR_OverflowError, "int too large to convert to float");
    return float_pow(fiber, x, y);
}

Value integer_pow(Fiber *fiber, Value a, Value b) {
    if (integer_sign(b) < 0)
        return pow_negative(fiber, a, b);
    if (b == value_from_int(0) || a == value_from_int(1))
        return value_from_int(1);
    if (a == value_from_int(0))
        return a;
    int64_t exponent;
    bool fits = integer_to_int64(b, &exponent);
    if (a == value_from_int(-1)) {
        IntegerRoom room;
        return value_from_int(integer_limbs(b, &room).at[0] & 1 ? -1 : 1);
    }
    size_t bits;
    if (fits && value_is_int(a) && integer_bit_length(a) * (uint64_t)exponent < VALUE_INT_BITS) {
        int64_t power = 1; // that fits, whatever the order of the multiplications
        for (int64_t i = 0; i < exponent; i++)
            power *= value_to_int(a);
        return value_from_int(power);
    }
    if (!fits || __builtin_mul_overflow(integer_bit_length(a), (size_t)exponent, &bits))
        bits = SIZE_MAX;
    if (!room_for(fiber, bits / 64 + 1))
        return VALUE_UNDEF;
    mpz_t x, y, r;
    IntegerRoom room, room_y;
    mpz_init(r);
    mpz_srcptr base = integer_to_mpz(a, x, &room);
    bool ok = true;
    if (bits / 64 < LIMBS_LONG)
        mpz_pow_ui(r, base, (unsigned long)exponent);
    else
        ok = mpz_power(fiber, r, base, integer_to_mpz(b, y, &room_y), NULL);
    Value v = ok ? integer_from_mpz(fiber->heap, r) : VALUE_UNDEF;
    mpz_clear(r);
    return v;
}

// --- bits ---

// A number that is not negative and has 64 bits at most: `&` with it leaves no more of the other one.
static bool is_mask(Value v, uint64_t *out) {
    IntegerRoom room;
    Limbs limbs = integer_limbs(v, &room);
    *out = limbs.count ? limbs.at[0] : 0;
    return !limbs.negative && limbs.count <= 1;
}

// The lowest 64 bits, as two's complement has them.
static uint64_t low_word(Value v) {
    IntegerRoom room;
    Limbs limbs = integer_limbs(v, &room);
    uint64_t low = limbs.count ? limbs.at[0] : 0;
    return limbs.negative ? -low : low;
}

Value integer_and(Fiber *fiber, Value a, Value b) {
    uint64_t mask;
    if (is_mask(b, &mask))
        return integer_from_uint64(fiber->heap, low_word(a) & mask);
    if (is_mask(a, &mask))
        return integer_from_uint64(fiber->heap, low_word(b) & mask);
    return by_mpz(fiber, mpz_and, a, b);
}

Value integer_or(Fiber *fiber, Value a, Value b) { return by_mpz(fiber, mpz_ior, a, b); }

Value integer_xor(Fiber *fiber, Value a, Value b) { return by_mpz(fiber, mpz_xor, a, b); }

Value integer_shl(Fiber *fiber, Value a, Value b) {
    if (integer_sign(b) < 0)
        return throw_value(fiber, "negative shift count");
    if (a == value_from_int(0))
        return a;
    int64_t count;
    if (!integer_to_int64(b, &count))
        return throw_error(fiber, ERROR_OverflowError, "too many digits in integer");
    if (!room_for(fiber, integer_bit_length(a) / 64 + (size_t)count / 64 + 2))
        return VALUE_UNDEF;
    mpz_t x, r;
    IntegerRoom room;
    mpz_init(r);
    mpz_mul_2exp(r, integer_to_mpz(a, x, &room), (mp_bitcnt_t)count);
    Value v = integer_from_mpz(fiber->heap, r);
    mpz_clear(r);
    return v;
}

Value integer_shr(Fiber *fiber, Value a, Value b) {
    if (integer_sign(b) < 0)
        return throw_value(fiber, "negative shift count");
    int64_t count;
    if (!integer_to_int64(b, &count) || (value_is_int(a) && count > 63))
        return value_from_int(integer_sign(a) < 0 ? -1 : 0);
    mpz_t x, r;
    IntegerRoom room;
    mpz_init(r);
    mpz_fdiv_q_2exp(r, integer_to_mpz(a, x, &room), (mp_bitcnt_t)count);
    Value v = integer_from_mpz(fiber->heap, r);
    mpz_clear(r);
    return v;
}
