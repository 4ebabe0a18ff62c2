// SPDX-License-Identifier: MIT
//
// The inside of integers, for object/integer*.c, number.c, float.c and native/math.c only.
#ifndef CONC_OBJECT_INTEGER_LIMBS_H
#define CONC_OBJECT_INTEGER_LIMBS_H

#include "object/integer.h"

// An integer's magnitude, lowest limb first, without zeros on top. Of an immediate it lies in the
// caller's room.
typedef struct Limbs {
    const mp_limb_t *at;
    size_t count;
    bool negative;
} Limbs;

Limbs integer_limbs(Value v, IntegerRoom *room);

// A Big to write limbs into, and the integer that it then is (an immediate where that does).
Big *big_alloc(LocalHeap *heap, size_t limbs);
Value big_finish(Big *big, size_t limbs, bool negative);

// The largest integers, 2^30 bits; larger results are a MemoryError before GMP sees them. So no single
// step of GMP takes more than some seconds.
#define LIMBS_MOST ((size_t)1 << 24)

// Around a step of GMP on so many limbs: other threads' collections need not wait for a long one.
// Between them no heap object may be made or touched but the operands, which stay rooted meanwhile.
enum { LIMBS_LONG = 1 << 15 };
static inline bool limbs_begin(Fiber *fiber, size_t limbs) {
    if (limbs < LIMBS_LONG)
        return false;
    thread_detach(fiber->thread);
    return true;
}
static inline void limbs_end(Fiber *fiber, bool detached) {
    if (detached)
        thread_attach(fiber->thread);
}

// base ** exponent, by `modulus` if it is not NULL (base is below it then). The operands are rooted:
// asks runtime_poll at each step. False with its error.
bool mpz_power(Fiber *fiber, mpz_ptr result, mpz_srcptr base, mpz_srcptr exponent,
               mpz_srcptr modulus);

// Python's division of words: rounded down, the rest has the sign of y. y is not 0. False where the result is
// no word.
static inline bool word_floordiv(int64_t x, int64_t y, int64_t *quotient) {
    if (y == -1)
        return !__builtin_sub_overflow(0, x, quotient);
    *quotient = x / y - (x % y != 0 && (x ^ y) < 0);
    return true;
}
static inline bool word_mod(int64_t x, int64_t y, int64_t *rest) {
    int64_t r = y == -1 ? 0 : x % y; // INT64_MIN % -1 traps
    *rest = r != 0 && (r ^ y) < 0 ? r + y : r;
    return true;
}

#define HASH_BITS    61
#define HASH_MODULUS (((mp_limb_t)1 << HASH_BITS) - 1)

#endif
