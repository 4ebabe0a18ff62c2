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

// The most limbs that GMP can count; larger results are a MemoryError before GMP sees them.
#define LIMBS_MOST ((size_t)1 << 30)

#define HASH_BITS    61
#define HASH_MODULUS (((mp_limb_t)1 << HASH_BITS) - 1)

#endif
