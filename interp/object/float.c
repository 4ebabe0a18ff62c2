// SPDX-License-Identifier: MIT
//
// Floats: arithmetic where C's differs from Python's, digits, text. Everything about digits rests on
// the C library's printf and strtod, which are exact; the locale's decimal point is never set.
#include <stdio.h>
#include <stdlib.h>

#include "base/os.h"
#include "object/error.h"
#include "object/integer_limbs.h"
#include "object/number.h"
#include "object/unicode.h"
#include "object/utf8.h"

// --- arithmetic ---

double float_mod(double a, double b) {
    double mod = fmod(a, b);
    if (mod == 0)
        return copysign(0, b);
    return (b < 0) != (mod < 0) ? mod + b : mod;
}

double float_floordiv(double a, double b) {
    double mod = fmod(a, b), quotient = (a - mod) / b;
    if (mod != 0 && (b < 0) != (mod < 0))
        quotient -= 1;
    if (quotient == 0)
        return copysign(0, a / b);
    double whole = floor(quotient);
    return quotient - whole > 0.5 ? whole + 1 : whole;
}

Value float_pow(Fiber *fiber, double x, double y) {
    if (x == 0 && y < 0 && isfinite(y)) // an infinite exponent gives infinity
        return throw_error(fiber, ERROR_ZeroDivisionError,
                           "0.0 cannot be raised to a negative power");
    if (x < 0 && isfinite(x) && isfinite(y) && y != floor(y))
        return throw_value(fiber, "negative number cannot be raised to a fractional power");
    double r = pow(x, y);
    if (isinf(r) && isfinite(x) && isfinite(y))
        return throw_error(fiber, ERROR_OverflowError, "Numerical result out of range");
    return value_from_double(r);
}

// A float that is an integer hashes as that integer; the others by their bits.
uint32_t float_hash(double d) {
    if (fabs(d) < 0x1p60 && d == (double)(int64_t)d)
        return integer_residue_hash((int64_t)d);
    if (isfinite(d) && fabs(d) >= 0x1p60) {
        int exponent;
        uint64_t mantissa = (uint64_t)ldexp(frexp(fabs(d), &exponent), 53);
        uint64_t power = (uint64_t)1 << ((exponent - 53) % HASH_BITS);
        int64_t residue = (int64_t)((unsigned __int128)mantissa * power % HASH_MODULUS);
        return integer_residue_hash(d < 0 ? -residue : residue);
    }
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return integer_residue_hash((int64_t)(bits * 0xd6e8feb86659fd93u));
}

// --- digits ---

static size_t without_zeros(const char *digits, size_t count) {
    while (count > 0 && digits[count - 1] == '0')
        count--;
    return count;
}

// Takes "d.ddde-dd" apart.
static size_t split_exponent(const char *text, char *out, int *point) {
    size_t count = 0;
    for (; *text != 'e'; text++)
        if (*text != '.')
            out[count++] = *text;
    *point = atoi(text + 1) + 1;
    return without_zeros(out, count);
}

static size_t significant(double d, int digits, char *out, int *point) {
    char text[900];
    snprintf(text, sizeof text, "%.*e", digits - 1, d);
    return split_exponent(text, out, point);
}

// The digits of `n`, none for 0.
static size_t put_whole(uint64_t n, char *out) {
    char reversed[24];
    size_t count = 0;
    for (; n; n /= 10)
        reversed[count++] = (char)('0' + n % 10);
    for (size_t i = 0; i < count; i++)
        out[i] = reversed[count - 1 - i];
    return count;
}

enum { PLACES_FEW = 9 };

// d * 10^places as the nearest integer, of two the even one: exactly, as a double is an integer of 53
// bits times a power of two. False where that does not fit the numbers used here.
static bool scaled(double d, int places, uint64_t *out) {
    static const uint64_t powers[PLACES_FEW + 1] = {
        1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    int shift = 1075 - (int)(bits >> 52 & 0x7ff); // d is mantissa / 2^shift
    if (places > PLACES_FEW || shift < 1 || shift > 120)
        return false;
    uint64_t mantissa = (bits & ((1ull << 52) - 1)) | 1ull << 52;
    unsigned __int128 product = (unsigned __int128)mantissa * powers[places];
    unsigned __int128 whole = product >> shift, half = (unsigned __int128)1 << (shift - 1);
    unsigned __int128 rest = product - (whole << shift);
    whole += rest > half || (rest == half && (whole & 1));
    *out = (uint64_t)whole;
    return whole < UINT64_MAX;
}

// Takes "ddd.ddd" apart.
static size_t decimals(double d, int places, char *out, int *point) {
    uint64_t whole;
    if (scaled(d, places, &whole)) {
        size_t size = put_whole(whole, out);
        *point = (int)size - places;
        return without_zeros(out, size);
    }
    char text[FLOAT_DIGITS_MOST];
    snprintf(text, sizeof text, "%.*f", places, d);
    size_t count = 0;
    *point = 0;
    bool after_point = false;
    for (const char *at = text; *at; at++) {
        if (*at == '.') {
            after_point = true;
        } else if (count == 0 && *at == '0') {
            *point -= after_point;
        } else {
            *point += !after_point;
            out[count++] = *at;
        }
    }
    return without_zeros(out, count);
}

// Adds one to the last of `count` digits. True where a digit more came in front (all were nines).
static bool count_up(char *digits, size_t count) {
    size_t i = count;
    while (i > 0 && digits[i - 1] == '9')
        digits[--i] = '0';
    if (i > 0) {
        digits[i - 1]++;
        return false;
    }
    digits[0] = '1';
    return true;
}

// Rounds to 10^places from the digits of the whole part, which printf gives exactly.
static size_t tens(double d, int64_t places, char *out, int *point) {
    double whole = trunc(d);
    size_t count = decimals(whole, 0, out, point);
    int64_t keep = *point - places;
    if (keep < 0 || count == 0) {
        *point = 0;
        return 0;
    }
    if ((size_t)keep >= count)
        return count; // what follows is zeros, and a fraction is less than half
    size_t kept = (size_t)keep;
    char next = out[kept];
    bool more = count > kept + 1 || d != whole, odd = kept > 0 && (out[kept - 1] & 1);
    if (next > '5' || (next == '5' && (more || odd))) {
        if (kept == 0) {
            out[0] = '1';
            kept = 1;
            ++*point;
        } else if (count_up(out, kept)) {
            ++*point;
        }
    }
    kept = without_zeros(out, kept);
    if (kept == 0)
        *point = 0;
    return kept;
}

// Most floats that people print have few decimals: r / 10^k is correctly rounded for r below 2^53,
// and of up to 15 digits only one decimal reads back as d.
static size_t few_decimals(double d, char *out, int *point) {
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
    for (size_t k = 0; k < sizeof powers / sizeof powers[0]; k++) {
        double r = rint(d * powers[k]);
        if (r >= 1e15)
            return 0;
        if (r / powers[k] != d)
            continue;
        size_t count = put_whole((uint64_t)r, out);
        *point = (int)count - (int)k;
        return without_zeros(out, count);
    }
    return 0;
}

static bool reads_back(const char *digits, size_t count, int point, double d) {
    char text[48];
    snprintf(text, sizeof text, ".%.*se%d", (int)count, digits, point);
    return strtod(text, NULL) == d;
}

// 15 digits are always enough where 15 are at all (but for tiny numbers), 17 always. At a power of
// two the gap below is half the gap above, so the 16 digits next above may do where the nearest do not.
static size_t shortest(double d, char *out, int *point) {
    size_t count = few_decimals(d, out, point);
    if (count)
        return count;
    for (int digits = d < 1e-290 ? 1 : 15; digits < 17; digits++) {
        count = significant(d, digits, out, point);
        if (reads_back(out, count, *point, d))
            return count;
        if (digits == 16 && !count_up(out, 16) && reads_back(out, 16, *point, d))
            return without_zeros(out, 16);
    }
    return significant(d, 17, out, point);
}

size_t float_digits(double d, FloatDigits mode, int64_t count, char out[FLOAT_DIGITS_MOST],
                    int *point) {
    enum { DIGITS_MOST = 800, PLACES_MOST = 1100 }; // beyond them every double has only zeros
    d = fabs(d);
    if (d == 0 && mode != FLOAT_DECIMALS) {
        out[0] = '0';
        *point = 1;
        return 1;
    }
    switch (mode) {
    case FLOAT_SHORTEST: return shortest(d, out, point);
    case FLOAT_SIGNIFICANT:
        return significant(d, count < DIGITS_MOST ? (int)count : DIGITS_MOST, out, point);
    default:
        if (count < 0)
            return tens(d, -count, out, point);
        return decimals(d, count < PLACES_MOST ? (int)count : PLACES_MOST, out, point);
    }
}

// --- printing ---

static void zeros(Text *out, int count) {
    for (int i = 0; i < count; i++)
        text_char(out, '0');
}

static void print_fixed(const char *digits, int count, int point, Text *out) {
    if (point <= 0) {
        text_string(out, "0.");
        zeros(out, -point);
        text_append(out, digits, (size_t)count);
    } else if (point >= count) {
        text_append(out, digits, (size_t)count);
        zeros(out, point - count);
        text_string(out, ".0");
    } else {
        text_append(out, digits, (size_t)point);
        text_char(out, '.');
        text_append(out, digits + point, (size_t)(count - point));
    }
}

static void print_exponent(const char *digits, int count, int point, Text *out) {
    text_char(out, digits[0]);
    if (count > 1) {
        text_char(out, '.');
        text_append(out, digits + 1, (size_t)count - 1);
    }
    text_format(out, "e%+03d", point - 1);
}

void float_repr(double d, Text *out) {
    if (isnan(d)) {
        text_string(out, "nan");
        return;
    }
    if (signbit(d))
        text_char(out, '-');
    if (isinf(d)) {
        text_string(out, "inf");
        return;
    }
    char digits[FLOAT_DIGITS_MOST];
    int point, count = (int)float_digits(d, FLOAT_SHORTEST, 0, digits, &point);
    if (point > -4 && point <= 16)
        print_fixed(digits, count, point, out);
    else
        print_exponent(digits, count, point, out);
}

// --- parsing ---

// Copies a number's characters to `out` as ASCII, without underscores between digits. False where
// an underscore is elsewhere, or a character belongs to no number.
static bool plain_number(const char *at, const char *end, char *out) {
    bool after_digit = false, after_underscore = false;
    while (at < end) {
        uint32_t c = utf8_next(&at);
        int digit = unicode_decimal_value(c);
        if (c == '_') {
            if (!after_digit)
                return false;
            after_digit = false;
            after_underscore = true;
            continue;
        }
        if ((after_underscore && digit < 0) || (digit < 0 && c >= 0x80))
            return false;
        *out++ = digit >= 0 ? (char)('0' + digit) : (char)c;
        after_digit = digit >= 0;
        after_underscore = false;
    }
    *out = '\0';
    return !after_underscore;
}

static size_t count_decimal_digits(const char *at) { return strspn(at, "0123456789"); }

// Digits with a point and an exponent, and nothing else: strtod reads more than Python does.
static bool is_decimal_number(const char *at) {
    size_t whole = count_decimal_digits(at), fraction = 0;
    at += whole;
    if (*at == '.') {
        fraction = count_decimal_digits(at + 1);
        at += 1 + fraction;
    }
    if (whole + fraction == 0)
        return false;
    if ((*at | 32) == 'e') {
        at++;
        if (*at == '+' || *at == '-')
            at++;
        size_t exponent = count_decimal_digits(at);
        if (exponent == 0)
            return false;
        at += exponent;
    }
    return *at == '\0';
}

static bool is_float_word(const char *at) {
    return strcasecmp(at, "inf") == 0 || strcasecmp(at, "infinity") == 0 ||
           strcasecmp(at, "nan") == 0;
}

static void trim(const char **start, const char **end) {
    while (*start < *end) {
        const char *next = *start;
        if (!unicode_is_space(utf8_next(&next)))
            break;
        *start = next;
    }
    while (*start < *end) {
        const char *before = utf8_before(*end), *at = before;
        if (!unicode_is_space(utf8_next(&at)))
            break;
        *end = before;
    }
}

// Digits with a point among them, so few that both they and the power of ten below them are exact: then
// one division rounds correctly. False: it is something else.
static bool short_decimal(const char *at, const char *end, double *out) {
    static const double powers[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    bool negative = at < end && *at == '-';
    at += negative;
    if (end - at > 16)
        return false;
    int64_t number = 0;
    int digits = 0, places = -1; // behind the point, once it has come
    for (; at < end; at++) {
        if (*at == '.' && places < 0) {
            places = 0;
            continue;
        }
        if (*at < '0' || *at > '9')
            return false;
        number = number * 10 + (*at - '0');
        digits++;
        places += places >= 0;
    }
    if (digits == 0 || digits > 15)
        return false;
    double d = (double)number / powers[places < 0 ? 0 : places];
    *out = negative ? -d : d;
    return true;
}

bool float_parse(const char *text, size_t size, double *out) {
    const char *start = text, *end = text + size;
    trim(&start, &end);
    if (short_decimal(start, end, out))
        return true;
    size_t length = end > start ? (size_t)(end - start) : 0;
    char *plain = os_malloc(length + 1);
    bool good = !memchr(start, '\0', length) && plain_number(start, end, plain);
    if (good) {
        const char *number = plain + (*plain == '-' || *plain == '+');
        good = is_decimal_number(number) || is_float_word(number);
    }
    if (good)
        *out = strtod(plain, NULL);
    free(plain);
    return good;
}
