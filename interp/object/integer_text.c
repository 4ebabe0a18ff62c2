// SPDX-License-Identifier: MIT
//
// Integers as digits. Short ones are done here; long ones are GMP's, which is quicker than quadratic
// in both directions.
#include <math.h>
#include <stdlib.h>

#include "base/os.h"
#include "object/error.h"
#include "object/integer_limbs.h"
#include "object/root.h"
#include "object/unicode.h"
#include "object/utf8.h"

// --- printing ---

size_t integer_digits(int64_t i, char digits[INTEGER_DIGITS]) {
    uint64_t rest = i < 0 ? -(uint64_t)i : (uint64_t)i, power = 10;
    size_t size = 1 + (i < 0);
    while (rest >= power) {
        power *= 10;
        size++;
    }
    char *at = digits + size;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (i < 0)
        *digits = '-';
    return size;
}

static void print_small(int64_t i, unsigned base, Text *out) {
    char digits[72], *end = digits + sizeof digits, *at = end;
    uint64_t rest = i < 0 ? -(uint64_t)i : (uint64_t)i;
    do {
        *--at = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % base];
        rest /= base;
    } while (rest);
    if (i < 0)
        *--at = '-';
    text_append(out, at, (size_t)(end - at));
}

void integer_print(Value v, int base, Text *out) {
    if (value_is_int(v) && base == 10) {
        char digits[INTEGER_DIGITS];
        text_append(out, digits, integer_digits(value_to_int(v), digits));
        return;
    }
    if (value_is_int(v)) {
        print_small(value_to_int(v), (unsigned)base, out);
        return;
    }
    mpz_t z;
    IntegerRoom room;
    mpz_srcptr source = integer_to_mpz(v, z, &room);
    char *digits = os_malloc(mpz_sizeinbase(source, base) + 2);
    mpz_get_str(digits, base, source);
    text_string(out, digits);
    free(digits);
}

Value integer_too_long(Fiber *fiber) {
    return throw_value(fiber, "Exceeds the limit (%d digits) for integer string conversion",
                       INTEGER_DIGITS_MOST);
}

bool integer_write(Fiber *fiber, Value v, int base, Text *out) {
    size_t bits = value_is_big(v) ? integer_bit_length(v) : 0;
    if (bits / 64 < LIMBS_LONG) {
        integer_print(v, base, out);
        return true;
    }
    size_t size = (size_t)((double)bits / log2(base)) + 2;
    if ((base & (base - 1)) && size > INTEGER_DIGITS_MOST)
        return integer_too_long(fiber) != VALUE_UNDEF;
    if (!heap_has_room(fiber->heap, 2 * size))
        return throw_memory(fiber, 2 * size) != VALUE_UNDEF;
    uint32_t mark = root_mark(fiber);
    root_push(fiber, v);
    bool detached = limbs_begin(fiber, bits / 64);
    integer_print(v, base, out);
    limbs_end(fiber, detached);
    root_release(fiber, mark);
    return true;
}

// --- parsing ---

static int digit_value(uint32_t c) {
    if (c - '0' < 10)
        return (int)(c - '0');
    if ((c | 32) - 'a' < 26)
        return (int)((c | 32) - 'a') + 10;
    return unicode_decimal_value(c);
}

static void skip_space(const char **at, const char *end) {
    while (*at < end) {
        const char *next = *at;
        if (!unicode_is_space(utf8_next(&next)))
            return;
        *at = next;
    }
}

static bool at_letter(const char *at, const char *end, char letter) {
    return at < end && (*at | 32) == letter;
}

// The base that a prefix 0x, 0o, 0b says, which is then skipped; `base` where there is none.
static int read_prefix(const char **at, const char *end, int base) {
    static const struct {
        char letter;
        int base;
    } prefixes[] = {{'x', 16}, {'o', 8}, {'b', 2}};
    if (end - *at < 2 || **at != '0')
        return base;
    for (size_t i = 0; i < 3; i++) {
        if (!at_letter(*at + 1, end, prefixes[i].letter))
            continue;
        if (base != 0 && base != prefixes[i].base)
            return base;
        *at += 2;
        if (*at < end && **at == '_')
            (*at)++;
        return prefixes[i].base;
    }
    return base;
}

// Digits with single underscores between them, as plain ones into `out` (room for all). Moves *at
// past them. Gives how many; 0 where an underscore is misplaced.
static size_t read_digits(const char **at, const char *end, int base, char *out) {
    size_t count = 0;
    bool after_digit = false;
    while (*at < end) {
        const char *next = *at;
        uint32_t c = utf8_next(&next);
        if (c == '_') {
            if (!after_digit)
                return 0;
            after_digit = false;
        } else {
            int digit = digit_value(c);
            if (digit < 0 || digit >= base)
                break;
            out[count++] = "0123456789abcdefghijklmnopqrstuvwxyz"[digit];
            after_digit = true;
        }
        *at = next;
    }
    return after_digit ? count : 0;
}

static Value digits_to_integer(LocalHeap *heap, char *digits, size_t count, int base,
                               bool negative) {
    if (count <= 12) { // 36^12 < 2^63
        int64_t i = strtoll(digits, NULL, base);
        return integer_from_int64(heap, negative ? -i : i);
    }
    mpz_t z;
    mpz_init(z);
    mpz_set_str(z, digits, base);
    if (negative)
        mpz_neg(z, z);
    Value v = integer_from_mpz(heap, z);
    mpz_clear(z);
    return v;
}

// The common case: nothing but up to 15 decimal digits with a sign. UNDEF where it is not that.
static Value parse_plain(const char *text, size_t size) {
    bool negative = size > 0 && *text == '-';
    size_t i = negative;
    if (size - i > 15 || size == i)
        return VALUE_UNDEF;
    int64_t n = 0;
    for (; i < size; i++) {
        unsigned digit = (unsigned char)text[i] - (unsigned)'0';
        if (digit > 9)
            return VALUE_UNDEF;
        n = n * 10 + (int64_t)digit;
    }
    return value_from_int(negative ? -n : n);
}

static bool only_zeros(const char *digits) { return digits[strspn(digits, "0")] == '\0'; }

Value integer_parse(LocalHeap *heap, const char *text, size_t size, int base) {
    Value plain = base == 10 ? parse_plain(text, size) : VALUE_UNDEF;
    if (plain != VALUE_UNDEF)
        return plain;
    const char *at = text, *end = text + size;
    skip_space(&at, end);
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    int wanted = base;
    base = read_prefix(&at, end, base);
    char *digits = os_malloc((size_t)(end - at) + 1);
    size_t count = read_digits(&at, end, base ? base : 10, digits);
    digits[count] = '\0';
    skip_space(&at, end);
    Value v = VALUE_UNDEF;
    // Base 0 reads literals of the language: 010 is none.
    bool leading_zero = wanted == 0 && base == 0 && digits[0] == '0' && !only_zeros(digits);
    if (count > 0 && at == end && !leading_zero)
        v = digits_to_integer(heap, digits, count, base ? base : 10, negative);
    free(digits);
    return v;
}
