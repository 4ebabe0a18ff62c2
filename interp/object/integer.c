// SPDX-License-Identifier: MIT
//
// Integers: their two forms, conversions, order and hash. Invariant: what fits 51 bits is an
// immediate, so a Big is larger in magnitude than any immediate, and its highest limb is not 0.
#include "object/integer.h"

#include "object/error.h"
#include "object/integer_limbs.h"

const Kind big_kind = {"int", NULL, NULL};

// --- the two forms ---

Big *big_alloc(LocalHeap *heap, size_t limbs) {
    return heap_alloc(heap, KIND_BIG, sizeof(Big) + limbs * sizeof(mp_limb_t));
}

Value big_finish(Big *big, size_t limbs, bool negative) {
    while (limbs > 0 && big->limbs[limbs - 1] == 0)
        limbs--;
    if (limbs == 0)
        return value_from_int(0);
    if (limbs == 1 && big->limbs[0] <= (mp_limb_t)VALUE_INT_MAX + negative) {
        int64_t i = (int64_t)big->limbs[0];
        return value_from_int(negative ? -i : i);
    }
    big->size = negative ? -(int64_t)limbs : (int64_t)limbs;
    return value_from_ref(big);
}

Limbs integer_limbs(Value v, IntegerRoom *room) {
    if (value_is_int(v)) {
        int64_t i = value_to_int(v);
        room->limb = (mp_limb_t)(i < 0 ? -i : i);
        return (Limbs){&room->limb, i != 0, i < 0};
    }
    const Big *big = (const Big *)value_to_ref(v);
    bool negative = big->size < 0;
    return (Limbs){big->limbs, (size_t)(negative ? -big->size : big->size), negative};
}

Value integer_from_int64(LocalHeap *heap, int64_t i) {
    if (int_fits_value(i))
        return value_from_int(i);
    Big *big = big_alloc(heap, 1);
    big->limbs[0] = i < 0 ? -(mp_limb_t)i : (mp_limb_t)i;
    big->size = i < 0 ? -1 : 1;
    return value_from_ref(big);
}

Value integer_from_uint64(LocalHeap *heap, uint64_t i) {
    if (i <= (uint64_t)VALUE_INT_MAX)
        return value_from_int((int64_t)i);
    Big *big = big_alloc(heap, 1);
    big->limbs[0] = i;
    big->size = 1;
    return value_from_ref(big);
}

mpz_srcptr integer_to_mpz(Value v, mpz_ptr out, IntegerRoom *room) {
    Limbs limbs = integer_limbs(v, room);
    mp_size_t size = (mp_size_t)limbs.count;
    return mpz_roinit_n(out, limbs.at, limbs.negative ? -size : size);
}

Value integer_from_mpz(LocalHeap *heap, mpz_srcptr z) {
    size_t limbs = mpz_size(z);
    if (limbs == 0)
        return value_from_int(0);
    if (limbs == 1) {
        mp_limb_t low = mpz_getlimbn(z, 0);
        if (low <= (mp_limb_t)INT64_MAX)
            return integer_from_int64(heap, mpz_sgn(z) < 0 ? -(int64_t)low : (int64_t)low);
    }
    Big *big = big_alloc(heap, limbs);
    memcpy(big->limbs, mpz_limbs_read(z), limbs * sizeof(mp_limb_t));
    return big_finish(big, limbs, mpz_sgn(z) < 0);
}

// --- floats ---

Value integer_from_double(Fiber *fiber, double d) {
    if (isnan(d))
        return throw_value(fiber, "cannot convert float NaN to integer");
    if (isinf(d))
        return throw_error(fiber, ERROR_OverflowError, "cannot convert float infinity to integer");
    if (fabs(d) < 0x1p62)
        return integer_from_int64(fiber->heap, (int64_t)d);
    mpz_t z;
    mpz_init_set_d(z, d);
    Value v = integer_from_mpz(fiber->heap, z);
    mpz_clear(z);
    return v;
}

// The highest 64 bits, with the lowest of them set if any below is: that rounds as the whole would.
double integer_to_double(Value v) {
    if (value_is_int(v))
        return (double)value_to_int(v);
    IntegerRoom room;
    Limbs limbs = integer_limbs(v, &room);
    int free_bits = __builtin_clzll(limbs.at[limbs.count - 1]);
    uint64_t top = limbs.at[limbs.count - 1] << free_bits;
    uint64_t below = 0;
    if (limbs.count > 1) {
        uint64_t next = limbs.at[limbs.count - 2];
        top |= free_bits ? next >> (64 - free_bits) : 0;
        below = next << free_bits;
        for (size_t i = 0; i + 2 < limbs.count; i++)
            below |= limbs.at[i];
    }
    double d = HUGE_VAL;
    size_t shift = (limbs.count - 1) * 64;
    if (shift <= 1024)
        d = ldexp((double)(top | (below != 0)), (int)shift - free_bits);
    return limbs.negative ? -d : d;
}

// --- order and hash ---

int integer_sign(Value v) {
    if (value_is_int(v))
        return (value_to_int(v) > 0) - (value_to_int(v) < 0);
    return ((const Big *)value_to_ref(v))->size < 0 ? -1 : 1;
}

size_t integer_bit_length(Value v) {
    IntegerRoom room;
    Limbs limbs = integer_limbs(v, &room);
    if (limbs.count == 0)
        return 0;
    return limbs.count * 64 - (size_t)__builtin_clzll(limbs.at[limbs.count - 1]);
}

int integer_compare(Value a, Value b) {
    if (value_both_int(a, b))
        return (value_to_int(a) > value_to_int(b)) - (value_to_int(a) < value_to_int(b));
    mpz_t x, y;
    IntegerRoom room_x, room_y;
    int order = mpz_cmp(integer_to_mpz(a, x, &room_x), integer_to_mpz(b, y, &room_y));
    return (order > 0) - (order < 0);
}

int integer_compare_double(Value a, double d) {
    if (isnan(d))
        return 2;
    if (value_is_int(a)) {
        double x = (double)value_to_int(a); // exact: 51 bits
        return (x > d) - (x < d);
    }
    if (isinf(d))
        return d < 0 ? 1 : -1;
    mpz_t x;
    IntegerRoom room;
    int order = mpz_cmp_d(integer_to_mpz(a, x, &room), d);
    return (order > 0) - (order < 0);
}

// By the remainder modulo a Mersenne prime, as Python has it: floats can work out the same.
uint32_t integer_hash_big(Value v) {
    IntegerRoom room;
    Limbs limbs = integer_limbs(v, &room);
    int64_t residue = (int64_t)mpn_mod_1(limbs.at, (mp_size_t)limbs.count, HASH_MODULUS);
    return integer_residue_hash(limbs.negative ? -residue : residue);
}
