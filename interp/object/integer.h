// SPDX-License-Identifier: MIT
//
// Integers, exact and unbounded: small ones are immediates, others Big objects whose limbs stand
// inline (GMP's mpn/mpz on them, read-only by mpz_roinit_n). Results always have the one right form.
// Constant: any thread may read one. Nothing here runs script code or collects; arguments named a, b or
// v are integers (value_is_integer), of either form, where nothing else is said.
#ifndef CONC_OBJECT_INTEGER_H
#define CONC_OBJECT_INTEGER_H

#include <gmp.h>

#include "base/text.h"
#include "object/runtime.h"

typedef struct Big {
    Object header;
    int64_t size; // limbs; negative for a negative number (as mpz has it)
    mp_limb_t limbs[];
} Big;

static inline bool value_is_big(Value v) { return value_is_kind(v, KIND_BIG); }
static inline bool value_is_integer(Value v) { return value_is_int(v) || value_is_big(v); }

Value integer_from_int64(LocalHeap *heap, int64_t i);
Value integer_from_uint64(LocalHeap *heap, uint64_t i);
// Parses digits as Python's int(text, base) does (sign, underscores, 0x with base 0 or 16, spaces
// around). UNDEF (nothing thrown) where the text is none.
Value integer_parse(LocalHeap *heap, const char *text, size_t size, int base);
Value integer_from_double(Fiber *fiber, double d); // truncates; ValueError/OverflowError
double integer_to_double(Value v);                 // HUGE_VAL where it is too large
// False where it does not fit a word of the machine.
static inline bool integer_to_int64(Value v, int64_t *out) {
    if (value_is_int(v)) {
        *out = value_to_int(v);
        return true;
    }
    const Big *big = (const Big *)value_to_ref(v);
    bool negative = big->size < 0;
    *out = (int64_t)(negative ? -big->limbs[0] : big->limbs[0]);
    return (big->size == 1 || big->size == -1) && (*out < 0) == negative;
}
// Python's arithmetic. UNDEF with the error thrown (ZeroDivisionError, MemoryError, ValueError).
Value integer_add(Fiber *fiber, Value a, Value b);
Value integer_sub(Fiber *fiber, Value a, Value b);
Value integer_mul(Fiber *fiber, Value a, Value b);
Value integer_floordiv(Fiber *fiber, Value a, Value b);
Value integer_mod(Fiber *fiber, Value a, Value b);
// Of small ints (value_both_int): false where the result is none.
static inline bool integer_add_small(Value a, Value b, Value *out) {
    int64_t r;
    if (__builtin_add_overflow((int64_t)(a << 13), (int64_t)(b << 13), &r))
        return false;
    *out = (Value)r >> 13 | VALUE_INT_TAG;
    return true;
}
static inline bool integer_sub_small(Value a, Value b, Value *out) {
    int64_t r;
    if (__builtin_sub_overflow((int64_t)(a << 13), (int64_t)(b << 13), &r))
        return false;
    *out = (Value)r >> 13 | VALUE_INT_TAG;
    return true;
}
static inline bool integer_mul_small(Value a, Value b, Value *out) {
    int64_t r;
    if (__builtin_mul_overflow(value_to_int(a), (int64_t)(b << 13), &r))
        return false;
    *out = (Value)r >> 13 | VALUE_INT_TAG;
    return true;
}
Value integer_truediv(Fiber *fiber, Value a, Value b); // correctly rounded, as Python's
Value integer_pow(Fiber *fiber, Value a, Value b);     // float for a negative exponent
Value integer_and(Fiber *fiber, Value a, Value b);
Value integer_or(Fiber *fiber, Value a, Value b);
Value integer_xor(Fiber *fiber, Value a, Value b);
Value integer_shl(Fiber *fiber, Value a, Value b);
Value integer_shr(Fiber *fiber, Value a, Value b);
Value integer_neg(Fiber *fiber, Value a);
Value integer_not(Fiber *fiber, Value a);
int integer_compare(Value a, Value b);
int integer_compare_double(Value a, double d); // exact; 2 where d is NaN
// Of a number's remainder modulo HASH_MODULUS (object/integer_limbs.h), with its sign.
// A small one is its own hash (object/map.c).
static inline uint32_t integer_residue_hash(int64_t residue) {
    uint64_t x = (uint64_t)residue;
    return (uint32_t)(x ^ x >> 32);
}
uint32_t integer_hash_big(Value v);
static inline uint32_t integer_hash(Value v) { // equal to float_hash of the same number
    return value_is_int(v) ? integer_residue_hash(value_to_int(v)) : integer_hash_big(v);
}
enum { INTEGER_DIGITS = 20 };
// The decimal digits of `i`, with a sign if it is negative; how many.
size_t integer_digits(int64_t i, char digits[INTEGER_DIGITS]);
// Appends the digits, in lower case, without a prefix; a '-' before negative ones. base: 2 to 36.
void integer_print(Value v, int base, Text *out);
// The same for an integer that a script made: false with MemoryError, or with Python's ValueError where it
// would take minutes. `v` need not be rooted.
bool integer_write(Fiber *fiber, Value v, int base, Text *out);
enum { INTEGER_DIGITS_MOST = 100000000 }; // of a text in a base that is no power of two
Value integer_too_long(Fiber *fiber);     // that ValueError
// From C to C: an integer of any size as an mpz that the caller must not change; `small` is room for
// the limbs of an immediate. And back (shrinks).
typedef struct IntegerRoom {
    mp_limb_t limb;
} IntegerRoom;
mpz_srcptr integer_to_mpz(Value v, mpz_ptr out, IntegerRoom *room);
Value integer_from_mpz(LocalHeap *heap, mpz_srcptr z);
int integer_sign(Value v);          // -1, 0, 1
size_t integer_bit_length(Value v); // of the absolute value

#endif
