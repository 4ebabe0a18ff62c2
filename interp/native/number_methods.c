// SPDX-License-Identifier: MIT
//
// What numbers can be asked, and how they are made: methods of int (and bool) and float, and the
// constructors int, float and bool.
#include <ctype.h>
#include <stdlib.h>

#include "base/os.h"
#include "native/argument.h"
#include "native/tables.h"
#include "object/error.h"
#include "object/integer_limbs.h"
#include "object/list.h"
#include "object/operate.h"

static Value pair(Fiber *fiber, Value a, Value b) {
    return value_from_ref(list_from(fiber->heap, (Value[]){a, b}, 2));
}

// The receiver, an int or a bool, as an int.
static Value self(const Value *args) {
    return value_is_bool(args[0]) ? value_from_int(args[0] == VALUE_TRUE) : args[0];
}

// --- int ---

static Value int_bit_length(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)count;
    return value_from_int((int64_t)integer_bit_length(self(args)));
}

static Value int_bit_count(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)count;
    IntegerRoom room;
    Limbs limbs = integer_limbs(self(args), &room);
    return value_from_int(limbs.count ? (int64_t)mpn_popcount(limbs.at, (mp_size_t)limbs.count)
                                      : 0);
}

static Value int_itself(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)count;
    return self(args);
}

static Value int_zero(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)args, (void)count;
    return value_from_int(0);
}

static Value int_one(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)args, (void)count;
    return value_from_int(1);
}

static Value int_is_integer(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)args, (void)count;
    return VALUE_TRUE;
}

static Value int_as_integer_ratio(Fiber *fiber, Value *args, int count) {
    (void)count;
    return pair(fiber, self(args), value_from_int(1));
}

// "big" or "little" (left out: big). False with an error.
static bool take_byte_order(Fiber *fiber, Value v, bool *big) {
    *big = true;
    if (v == VALUE_UNDEF)
        return true;
    if (value_is_str(v)) {
        *big = strcmp(str_data(value_to_str(v)), "big") == 0;
        if (*big || strcmp(str_data(value_to_str(v)), "little") == 0)
            return true;
    }
    throw_value(fiber, "byteorder must be either 'little' or 'big'");
    return false;
}

static void reverse(char *data, size_t size) {
    for (size_t i = 0; i < size / 2; i++) {
        char c = data[i];
        data[i] = data[size - 1 - i];
        data[size - 1 - i] = c;
    }
}

static Value too_big(Fiber *fiber) {
    return throw_error(fiber, ERROR_OverflowError, "int too big to convert");
}

// Writes |v| into `size` bytes, lowest first, and makes the two's complement of a negative one.
static Bytes *put_bytes(Fiber *fiber, Value v, size_t size) {
    Bytes *bytes = bytes_new(fiber->heap, NULL, size);
    IntegerRoom room;
    Limbs limbs = integer_limbs(v, &room);
    size_t most = limbs.count * sizeof(mp_limb_t); // limbs are lowest byte first here
    if (limbs.count)
        memcpy(bytes->data, limbs.at, most < size ? most : size);
    unsigned carry = 1;
    for (size_t i = 0; limbs.negative && i < size; i++) {
        carry += (unsigned char)~bytes->data[i];
        bytes->data[i] = (char)carry;
        carry >>= 8;
    }
    return bytes;
}

static Value int_to_bytes(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t length;
    bool big, is_signed = argument_truth(fiber, args[3], false);
    Value v = self(args);
    if (!argument_int64_or(fiber, args[1], 1, &length) || !take_byte_order(fiber, args[2], &big))
        return VALUE_UNDEF;
    if (length < 0)
        return throw_value(fiber, "length argument must be non-negative");
    bool negative = integer_sign(v) < 0;
    if (negative && !is_signed)
        return throw_error(fiber, ERROR_OverflowError, "can't convert negative int to unsigned");
    // -128 fits eight bits, +128 does not.
    size_t bits = integer_bit_length(negative ? integer_not(fiber, v) : v) + is_signed;
    if (bits > (size_t)length * 8 && !(v == value_from_int(0)))
        return too_big(fiber);
    if (length > HEAP_LARGE && !heap_has_room(fiber->heap, (size_t)length))
        return throw_memory(fiber, (size_t)length);
    Bytes *bytes = put_bytes(fiber, v, (size_t)length);
    if (big)
        reverse(bytes->data, bytes->size);
    return value_from_ref(bytes);
}

static Value int_from_bytes(Fiber *fiber, Value *args, int count) {
    (void)count;
    bool big, is_signed = argument_truth(fiber, args[3], false);
    if (!take_byte_order(fiber, args[2], &big))
        return VALUE_UNDEF;
    if (value_is_list(args[1])) {
        args[1] = bytes_constructor.function(
            fiber, (Value[]){VALUE_NIL, args[1], VALUE_UNDEF, VALUE_UNDEF}, 3);
        if (args[1] == VALUE_UNDEF)
            return VALUE_UNDEF;
    }
    if (!value_is_bytes(args[1]))
        return throw_type(fiber, "cannot convert '%s' object to bytes",
                          value_type_name(fiber_runtime(fiber), args[1]));
    const Bytes *bytes = value_to_bytes(args[1]);
    mpz_t z, power;
    mpz_inits(z, power, NULL);
    mpz_import(z, bytes->size, big ? 1 : -1, 1, 0, 0, bytes->data);
    if (is_signed && bytes->size && mpz_tstbit(z, bytes->size * 8 - 1)) {
        mpz_setbit(power, bytes->size * 8);
        mpz_sub(z, z, power);
    }
    Value v = integer_from_mpz(fiber->heap, z);
    mpz_clears(z, power, NULL);
    return v;
}

// --- float ---

static Value float_is_integer(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)count;
    double d = value_to_double(args[0]);
    return value_from_bool(isfinite(d) && d == floor(d));
}

static Value float_itself(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)count;
    return args[0];
}

static Value float_imag(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)args, (void)count;
    return value_from_double(0);
}

static Value float_as_integer_ratio(Fiber *fiber, Value *args, int count) {
    (void)count;
    double d = value_to_double(args[0]);
    if (isnan(d))
        return throw_value(fiber, "cannot convert NaN to integer ratio");
    if (isinf(d))
        return throw_error(fiber, ERROR_OverflowError, "cannot convert Infinity to integer ratio");
    int exponent;
    double mantissa = frexp(d, &exponent);
    while (mantissa != floor(mantissa)) {
        mantissa *= 2;
        exponent--;
    }
    Value numerator = integer_from_double(fiber, mantissa), denominator = value_from_int(1);
    Value shift = value_from_int(abs(exponent));
    if (exponent > 0)
        numerator = integer_shl(fiber, numerator, shift);
    else
        denominator = integer_shl(fiber, denominator, shift);
    return pair(fiber, numerator, denominator);
}

// Python's form: 0x1.8000000000000p+0, all 13 digits.
static Value float_hex(Fiber *fiber, Value *args, int count) {
    (void)count;
    double d = value_to_double(args[0]);
    if (!isfinite(d))
        return value_from_ref(str_from_c(fiber->heap, isnan(d) ? "nan" : d > 0 ? "inf" : "-inf"));
    if (d == 0)
        return value_from_ref(str_from_c(fiber->heap, signbit(d) ? "-0x0.0p+0" : "0x0.0p+0"));
    int exponent;
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
    exponent = (int)(bits >> 52 & 0x7ff);
    return value_from_ref(str_format(fiber->heap, "%s0x%d.%013llxp%+d", d < 0 ? "-" : "",
                                     exponent != 0, (unsigned long long)fraction,
                                     exponent ? exponent - 1023 : -1022));
}

static Value float_fromhex(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (!value_is_str(args[1]))
        return throw_type(fiber, "bad argument type for built-in operation");
    const char *at = str_terminated(fiber->heap, value_to_str(args[1]))->own;
    while (isspace((unsigned char)*at))
        at++;
    // strtod takes digits for decimal ones unless 0x says otherwise.
    Text text = {0};
    const char *number = at + (*at == '-' || *at == '+');
    text_append(&text, at, (size_t)(number - at));
    bool prefixed = number[0] == '0' && (number[1] | 32) == 'x';
    bool word = (*number | 32) == 'i' || (*number | 32) == 'n';
    if (!prefixed && !word)
        text_string(&text, "0x");
    text_string(&text, number);
    char *end;
    double d = strtod(text.data, &end);
    bool some = end != text.data && end[-1] != 'x' && end[-1] != 'X';
    while (isspace((unsigned char)*end))
        end++;
    bool good = some && *end == '\0';
    text_free(&text);
    if (!good)
        return throw_value(fiber, "invalid hexadecimal floating-point string");
    if (isinf(d) && !word)
        return throw_error(fiber, ERROR_OverflowError,
                           "hexadecimal value too large to represent as a float");
    return value_from_double(d);
}

// --- constructors ---

// Text or bytes as text.
static bool take_text(Value v, Piece *out) {
    if (value_is_str(v))
        *out = (Piece){str_data(value_to_str(v)), value_to_str(v)->size};
    else if (value_is_bytes(v))
        *out = (Piece){value_to_bytes(v)->data, value_to_bytes(v)->size};
    else
        return false;
    return true;
}

// The value as an error text quotes it.
static void quote(Value v, Text *out) {
    if (value_is_str(v))
        str_quote(str_data(value_to_str(v)), value_to_str(v)->size, out);
    else
        bytes_repr(value_to_bytes(v), out);
}

static Value no_integer(Fiber *fiber, Value v, int64_t base) {
    Text text = {0};
    quote(v, &text);
    throw_value(fiber, "invalid literal for int() with base %d: %s", (int)base, text.data);
    text_free(&text);
    return VALUE_UNDEF;
}

static Value int_construct(Fiber *fiber, Value *args, int count) {
    (void)count;
    Piece text;
    int64_t base;
    Value v = args[1];
    if (v == VALUE_UNDEF && args[2] != VALUE_UNDEF)
        return throw_type(fiber, "int() missing string argument");
    if (v == VALUE_UNDEF)
        return value_from_int(0);
    bool based = args[2] != VALUE_UNDEF;
    if (!based && value_is_integer(v))
        return v;
    base = 10;
    if (based && !argument_int64(fiber, args[2], &base))
        return VALUE_UNDEF;
    if (base != 0 && (base < 2 || base > 36))
        return throw_value(fiber, "int() base must be >= 2 and <= 36, or 0");
    if (take_text(v, &text)) {
        if (text.size > INTEGER_DIGITS_MOST && (base & (base - 1)))
            return integer_too_long(fiber);
        Value parsed = integer_parse(fiber->heap, text.data, text.size, (int)base);
        return parsed == VALUE_UNDEF ? no_integer(fiber, v, base) : parsed;
    }
    if (based)
        return throw_type(fiber, "int() can't convert non-string with explicit base");
    if (value_is_double(v))
        return integer_from_double(fiber, value_to_double(v));
    if (value_is_bool(v))
        return value_from_int(v == VALUE_TRUE);
    return throw_type(
        fiber, "int() argument must be a string, a bytes-like object or a real number, not '%s'",
        value_type_name(fiber_runtime(fiber), v));
}

static Value float_construct(Fiber *fiber, Value *args, int count) {
    (void)count;
    Piece text;
    double d = 0;
    Value v = args[1];
    if (v == VALUE_UNDEF)
        return value_from_double(0);
    if (value_is_number(v))
        return number_take_double(fiber, v, &d) ? value_from_double(d) : VALUE_UNDEF;
    if (!take_text(v, &text))
        return throw_type(fiber, "float() argument must be a string or a real number, not '%s'",
                          value_type_name(fiber_runtime(fiber), v));
    if (float_parse(text.data, text.size, &d))
        return value_from_double(d);
    Text shown = {0};
    quote(v, &shown);
    throw_value(fiber, "could not convert string to float: %s", shown.data);
    text_free(&shown);
    return VALUE_UNDEF;
}

static Value bool_construct(Fiber *fiber, Value *args, int count) {
    (void)count;
    return value_from_bool(argument_truth(fiber, args[1], false));
}

const NativeSpec int_constructor = {"int", int_construct, "value=0, base=10", 0,
                                    "A whole number of any size: a float without its fraction, or "
                                    "the number that a text is, to a base from 2 to 36 (0: as a "
                                    "literal says). ValueError where the text is none.\n"
                                    "    int(\"ff\", 16)   # 255"};
const NativeSpec float_constructor = {
    "float", float_construct, "value=0.0", 0,
    "A floating-point number: an integer as a float, or the number that a text is; also "
    "\"inf\" and \"nan\". ValueError where the text is none.\n"
    "    float(\"1e3\")   # 1000.0"};
const NativeSpec bool_constructor = {"bool", bool_construct, "value=false", 0,
                                     "Whether the value is truthy.\n"
                                     "    bool([])   # false"};

const NativeSpec int_methods[] = {
    {"as_integer_ratio", int_as_integer_ratio, "", 0,
     "The number as a fraction: [n, 1].\n"
     "    (5).as_integer_ratio()   # [5, 1]"},
    {"bit_count", int_bit_count, "", 0,
     "How many bits of the absolute value are set.\n"
     "    (13).bit_count()   # 3"},
    {"bit_length", int_bit_length, "", 0,
     "How many bits the absolute value takes.\n"
     "    (255).bit_length()   # 8"},
    {"conjugate", int_itself, "", 0,
     "The number itself.\n"
     "    (5).conjugate()   # 5"},
    {"denominator", int_one, "", NATIVE_GETTER,
     "The denominator of the number as a fraction: 1.\n"
     "    (5).denominator   # 1"},
    {"from_bytes", int_from_bytes, "bytes, byteorder=\"big\", signed=false", NATIVE_STATIC,
     "The integer that bytes are. byteorder: \"big\" (highest first) or \"little\", else "
     "ValueError. signed: they are a two's complement.\n"
     "    int.from_bytes(bytes([1, 0]))   # 256"},
    {"imag", int_zero, "", NATIVE_GETTER,
     "The imaginary part: 0.\n"
     "    (5).imag   # 0"},
    {"is_integer", int_is_integer, "", 0,
     "Whether it is whole: true.\n"
     "    (5).is_integer()   # true"},
    {"numerator", int_itself, "", NATIVE_GETTER,
     "The number itself.\n"
     "    (5).numerator   # 5"},
    {"real", int_itself, "", NATIVE_GETTER,
     "The number itself.\n"
     "    (5).real   # 5"},
    {"to_bytes", int_to_bytes, "length=1, byteorder=\"big\", signed=false", 0,
     "The number as `length` bytes. byteorder: \"big\" (highest first) or \"little\", else "
     "ValueError. signed: as a two's complement. OverflowError where it does not fit.\n"
     "    (256).to_bytes(2)   # b'\\x01\\x00'"},
    {NULL, NULL, NULL, 0, NULL}};

const NativeSpec float_methods[] = {
    {"as_integer_ratio", float_as_integer_ratio, "", 0,
     "[n, d]: integers with n / d exactly this number. ValueError for nan, OverflowError for inf.\n"
     "    0.5.as_integer_ratio()   # [1, 2]"},
    {"conjugate", float_itself, "", 0,
     "The number itself.\n"
     "    0.5.conjugate()   # 0.5"},
    {"fromhex", float_fromhex, "text", NATIVE_STATIC,
     "The float that hex() printed. ValueError for other text.\n"
     "    float.fromhex(\"0x1.8p1\")   # 3.0"},
    {"hex", float_hex, "", 0,
     "All bits of the number as text, in base sixteen.\n"
     "    1.5.hex()   # \"0x1.8000000000000p+0\""},
    {"imag", float_imag, "", NATIVE_GETTER,
     "The imaginary part: 0.0.\n"
     "    0.5.imag   # 0.0"},
    {"is_integer", float_is_integer, "", 0,
     "Whether it has no fraction.\n"
     "    2.0.is_integer()   # true"},
    {"real", float_itself, "", NATIVE_GETTER,
     "The number itself.\n"
     "    0.5.real   # 0.5"},
    {NULL, NULL, NULL, 0, NULL}};
