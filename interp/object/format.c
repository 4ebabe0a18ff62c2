// SPDX-License-Identifier: MIT
//
// The format mini language (after CPython's formatter_unicode.c, whose order of checks decides which
// message a bad spec gets). A number is laid out as: sign, prefix, digits (grouped, padded with zeros
// between sign and digits where fill is '0' and align '='), the rest (fraction, exponent, %).
#include "object/format.h"

#include <stdio.h>

#include "base/translate.h"
#include "object/error.h"
#include "object/operate.h"
#include "object/unicode.h"

// --- reading a spec ---

typedef struct Reader {
    const char *at, *end;
} Reader;

static bool take(Reader *r, char c) {
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static bool is_align(char c) { return c == '<' || c == '>' || c == '=' || c == '^'; }

// Digits as a number; -1 into *out where there are none. False where there are too many.
static bool read_count(Fiber *fiber, Reader *r, int64_t *out) {
    *out = -1;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        int64_t n = *out < 0 ? 0 : *out;
        if (n > (INT64_MAX - 9) / 10) {
            throw_value(fiber, "Too many decimal digits in format string");
            return false;
        }
        *out = n * 10 + (*r->at++ - '0');
    }
    return true;
}

static void read_align(Reader *r, FormatSpec *spec, bool *fill_given) {
    if (r->at == r->end)
        return;
    size_t first = utf8_size(*r->at);
    if ((size_t)(r->end - r->at) > first && is_align(r->at[first])) {
        spec->fill = utf8_next(&r->at);
        spec->align = *r->at++;
        *fill_given = true;
    } else if (is_align(*r->at)) {
        spec->align = *r->at++;
    }
}

static bool read_grouping(Fiber *fiber, Reader *r, FormatSpec *spec) {
    bool comma = take(r, ','), underscore = take(r, '_');
    bool again = underscore && r->at < r->end && *r->at == ',';
    if ((comma && underscore) || again) {
        throw_value(fiber, "Cannot specify both ',' and '_'.");
        return false;
    }
    spec->grouping = comma ? ',' : underscore ? '_' : 0;
    return true;
}

static void print_code(uint32_t type, char text[16]) {
    if (type > 32 && type < 128)
        snprintf(text, 16, "%c", (char)type);
    else
        snprintf(text, 16, "\\x%x", type);
}

static bool grouping_fits(Fiber *fiber, const FormatSpec *spec) {
    if (!spec->grouping || spec->type == 0 ||
        (spec->type < 128 && strchr("defgEG%F", (char)spec->type)))
        return true;
    if (spec->grouping == '_' && spec->type < 128 && strchr("boxX", (char)spec->type))
        return true;
    char code[16];
    print_code(spec->type, code);
    throw_value(fiber, "Cannot specify '%c' with '%s'.", spec->grouping, code);
    return false;
}

bool format_spec_parse(Fiber *fiber, const char *text, size_t size, const char *type_name,
                       char default_align, FormatSpec *out) {
    Reader r = {text, text + size};
    *out = (FormatSpec){.fill = ' ', .width = -1, .precision = -1};
    bool fill_given = false;
    read_align(&r, out, &fill_given);
    bool align_given = out->align != 0;
    if (!align_given)
        out->align = default_align;
    if (r.at < r.end && (*r.at == '+' || *r.at == '-' || *r.at == ' '))
        out->sign = *r.at++;
    out->positive_zero = take(&r, 'z');
    out->alternate = take(&r, '#');
    if (!fill_given && take(&r, '0')) {
        out->fill = '0';
        if (!align_given && default_align == '>')
            out->align = '=';
    }
    if (!read_count(fiber, &r, &out->width) || !read_grouping(fiber, &r, out))
        return false;
    if (take(&r, '.')) {
        if (!read_count(fiber, &r, &out->precision))
            return false;
        if (out->precision < 0) {
            throw_value(fiber, "Format specifier missing precision");
            return false;
        }
    }
    if (r.at < r.end)
        out->type = utf8_next(&r.at);
    if (r.at < r.end) {
        throw_value(fiber, "Invalid format specifier '%.*s' for object of type '%s'", (int)size,
                    text, type_name);
        return false;
    }
    return grouping_fits(fiber, out);
}

// --- padding ---

static void put_fill(Text *out, uint32_t fill, size_t count) {
    enum { BLOCK = 16 }; // so many at a time
    if (count == 0)
        return;
    char bytes[BLOCK * UTF8_MOST];
    size_t size = utf8_put(bytes, fill), ready = 1;
    for (; ready < BLOCK && ready < count; ready++)
        memcpy(bytes + ready * size, bytes, size);
    for (; count > ready; count -= ready)
        text_append(out, bytes, ready * size);
    text_append(out, bytes, count * size);
}

static bool room_for(Fiber *fiber, int64_t width) {
    enum { ALWAYS = 4096 };
    if (width <= ALWAYS || (width < INT64_MAX / 8 && heap_has_room(fiber->heap, (size_t)width * 4)))
        return true;
    throw_memory(fiber, (size_t)width);
    return false;
}

// `length` code points of `text` between what fills the width up. '=' is dealt with by the caller.
static bool put_padded(Fiber *fiber, const FormatSpec *spec, const char *text, size_t size,
                       size_t length, Text *out) {
    if (!room_for(fiber, spec->width))
        return false;
    size_t width = spec->width < 0 ? 0 : (size_t)spec->width;
    size_t padding = width > length ? width - length : 0;
    size_t left = spec->align == '<' ? 0 : spec->align == '^' ? padding / 2 : padding;
    put_fill(out, spec->fill, left);
    text_append(out, text, size);
    put_fill(out, spec->fill, padding - left);
    return true;
}

static bool unknown_code(Fiber *fiber, const FormatSpec *spec, const char *type_name) {
    char code[16];
    print_code(spec->type, code);
    throw_value(fiber, "Unknown format code '%s' for object of type '%s'", code, type_name);
    return false;
}

// --- text ---

static bool text_spec_fits(Fiber *fiber, const FormatSpec *spec) {
    const char *why = NULL;
    if (spec->type != 0 && spec->type != 's')
        return unknown_code(fiber, spec, "str");
    if (spec->grouping)
        why = spec->grouping == ',' ? MESSAGE("Cannot specify ',' with 's'.")
                                    : MESSAGE("Cannot specify '_' with 's'.");
    else if (spec->sign)
        why = spec->sign == ' ' ? MESSAGE("Space not allowed in string format specifier")
                                : MESSAGE("Sign not allowed in string format specifier");
    else if (spec->positive_zero)
        why = MESSAGE("Negative zero coercion (z) not allowed in string format specifier");
    else if (spec->alternate)
        why = MESSAGE("Alternate form (#) not allowed in string format specifier");
    else if (spec->align == '=')
        why = MESSAGE("'=' alignment not allowed in string format specifier");
    if (why)
        throw_value(fiber, "%s", translate(why));
    return !why;
}

bool format_str(Fiber *fiber, Str *s, const FormatSpec *spec, Text *out) {
    if (!text_spec_fits(fiber, spec))
        return false;
    size_t length = s->length, size = s->size;
    if (spec->precision >= 0 && (uint64_t)spec->precision < length) {
        length = (size_t)spec->precision;
        size = str_offset(fiber->heap, s, length);
    }
    return put_padded(fiber, spec, str_data(s), size, length, out);
}

// --- the layout of numbers ---

typedef struct Number {
    bool negative;
    const char *prefix; // 0x, ...
    const char *digits; // before the point
    size_t digit_count;
    const char *rest; // from the point on, and what follows the digits
    size_t rest_size;
    int group; // digits in a group
} Number;

static size_t grouped_length(size_t digits, int group) {
    return digits + (digits - 1) / (size_t)group;
}

// Digits with separators, from the left; `zeros` of them in front.
static void put_grouped(const Number *n, size_t zeros, char separator, Text *out) {
    size_t total = n->digit_count + zeros;
    if (!separator) {
        put_fill(out, '0', zeros);
        text_append(out, n->digits, n->digit_count);
        return;
    }
    for (size_t i = 0; i < total; i++) {
        if (i > 0 && (total - i) % (size_t)n->group == 0)
            text_char(out, separator);
        text_char(out, i < zeros ? '0' : n->digits[i - zeros]);
    }
}

// Zeros that fill the digits up to `width`: never a separator in front, so it may become one wider.
static size_t zeros_for(const Number *n, char separator, size_t width) {
    size_t digits = n->digit_count;
    if (!separator)
        return width > digits ? width - digits : 0;
    if (digits == 0)
        return 0; // inf, nan
    size_t least = width * (size_t)n->group / ((size_t)n->group + 1);
    size_t total = least > digits ? least : digits;
    while (grouped_length(total, n->group) < width)
        total++;
    return total - digits;
}

static bool put_number(Fiber *fiber, const FormatSpec *spec, const Number *n, Text *out) {
    if (!room_for(fiber, spec->width))
        return false;
    char sign = n->negative ? '-' : spec->sign == '+' || spec->sign == ' ' ? spec->sign : 0;
    size_t around = (sign != 0) + (*n->prefix ? strlen(n->prefix) : 0) + n->rest_size;
    size_t width = spec->width < 0 ? 0 : (size_t)spec->width, zeros = 0;
    if (spec->fill == '0' && spec->align == '=' && width > around)
        zeros = zeros_for(n, spec->grouping, width - around);
    size_t digits = n->digit_count + zeros;
    size_t length = around + (spec->grouping && digits ? grouped_length(digits, n->group) : digits);
    size_t padding = width > length ? width - length : 0;
    size_t left = spec->align == '>' ? padding : spec->align == '^' ? padding / 2 : 0;
    size_t middle = spec->align == '=' ? padding : 0;
    put_fill(out, spec->fill, left);
    if (sign)
        text_char(out, sign);
    if (*n->prefix)
        text_string(out, n->prefix);
    put_fill(out, spec->fill, middle);
    put_grouped(n, zeros, spec->grouping, out);
    text_append(out, n->rest, n->rest_size);
    put_fill(out, spec->fill, padding - left - middle);
    return true;
}

// --- integers ---

static bool format_character(Fiber *fiber, Value v, const FormatSpec *spec, Text *out) {
    if (spec->sign || spec->alternate) {
        throw_value(
            fiber, spec->sign ? "Sign not allowed with integer format specifier 'c'"
                              : "Alternate form (#) not allowed with integer format specifier 'c'");
        return false;
    }
    int64_t c;
    if (!integer_to_int64(v, &c) || c < 0 || c >= UNICODE_LIMIT || (c >= 0xd800 && c < 0xe000)) {
        throw_error(fiber, ERROR_OverflowError, "%%c arg not in range(0x110000)");
        return false;
    }
    char bytes[UTF8_MOST];
    size_t size = utf8_put(bytes, (uint32_t)c);
    FormatSpec padded = *spec;
    if (padded.align == '=')
        padded.align = '>';
    return put_padded(fiber, &padded, bytes, size, 1, out);
}

static bool is_float_type(uint32_t type) {
    return type != 0 && type < 128 && strchr("eEfFgG%", (char)type);
}

static bool format_as_float(Fiber *fiber, Value v, const FormatSpec *spec, Text *out) {
    double d = integer_to_double(v);
    if (isinf(d)) {
        throw_error(fiber, ERROR_OverflowError, "int too large to convert to float");
        return false;
    }
    return format_float(fiber, d, spec, out);
}

// The digits of a small int, from the end of `room`.
enum { SMALL_DIGITS = 64 };
static char *small_digits(uint64_t n, unsigned base, char room[SMALL_DIGITS]) {
    char *at = room + SMALL_DIGITS;
    do
        *--at = "0123456789abcdef"[n % base];
    while (n /= base);
    return at;
}

static bool put_integer(Fiber *fiber, const FormatSpec *spec, bool negative, char *digits,
                        size_t count, int base, Text *out) {
    const char *prefix = base == 2 ? "0b" : base == 8 ? "0o" : base == 16 ? "0x" : "";
    if (spec->type == 'X') {
        prefix = "0X";
        for (size_t i = 0; i < count; i++)
            if (digits[i] >= 'a')
                digits[i] = (char)(digits[i] - 32);
    }
    Number n = {.negative = negative,
                .prefix = spec->alternate ? prefix : "",
                .digits = digits,
                .digit_count = count,
                .rest = "",
                .group = base == 10 ? 3 : 4};
    return put_number(fiber, spec, &n, out);
}

static bool put_digits(Fiber *fiber, Value v, const FormatSpec *spec, int base, Text *out) {
    if (value_is_int(v)) {
        int64_t n = value_to_int(v);
        char room[SMALL_DIGITS];
        char *digits = small_digits(n < 0 ? -(uint64_t)n : (uint64_t)n, (unsigned)base, room);
        return put_integer(fiber, spec, n < 0, digits, (size_t)(room + SMALL_DIGITS - digits), base,
                           out);
    }
    Text digits = {0};
    if (!integer_write(fiber, v, base, &digits))
        return false;
    bool negative = digits.data[0] == '-';
    bool good = put_integer(fiber, spec, negative, digits.data + negative, digits.length - negative,
                            base, out);
    text_free(&digits);
    return good;
}

static bool format_integer(Fiber *fiber, Value v, const FormatSpec *spec, const char *type_name,
                           Text *out) {
    if (is_float_type(spec->type))
        return format_as_float(fiber, v, spec, out);
    if (spec->type && (spec->type > 127 || !strchr("bcdoxXn", (char)spec->type)))
        return unknown_code(fiber, spec, type_name);
    if (spec->precision >= 0 || spec->positive_zero) {
        throw_value(fiber,
                    spec->precision >= 0
                        ? "Precision not allowed in integer format specifier"
                        : "Negative zero coercion (z) not allowed in integer format specifier");
        return false;
    }
    switch (spec->type) {
    case 'c': return format_character(fiber, v, spec, out);
    case 'b': return put_digits(fiber, v, spec, 2, out);
    case 'o': return put_digits(fiber, v, spec, 8, out);
    case 'x':
    case 'X': return put_digits(fiber, v, spec, 16, out);
    default: return put_digits(fiber, v, spec, 10, out);
    }
}

bool format_int(Fiber *fiber, Value v, const FormatSpec *spec, Text *out) {
    return format_integer(fiber, v, spec, "int", out);
}

// --- floats ---

static void put_zeros(Text *text, int64_t count) {
    put_fill(text, '0', count > 0 ? (size_t)count : 0);
}

// Digits `from` to `to` of the decimal expansion; beyond what is known they are zeros.
static void put_range(Text *text, const char *digits, int64_t count, int64_t from, int64_t to) {
    if (from < 0)
        put_zeros(text, (to < 0 ? to : 0) - from);
    int64_t start = from < 0 ? 0 : from, end = to < count ? to : count;
    if (start < end)
        text_append(text, digits + start, (size_t)(end - start));
    int64_t zeros_from = start > count ? start : count;
    if (to > zeros_from)
        put_zeros(text, to - zeros_from);
}

typedef struct Decimal {
    char digits[FLOAT_DIGITS_MOST];
    int64_t count;
    int point;
} Decimal;

// `places` digits after the point.
static void put_fixed(Text *text, const Decimal *d, int64_t places, bool point) {
    if (d->point > 0)
        put_range(text, d->digits, d->count, 0, d->point);
    else
        text_char(text, '0');
    if (places > 0 || point)
        text_char(text, '.');
    put_range(text, d->digits, d->count, d->point, d->point + places);
}

// `places` digits after the first.
static void put_exponent(Text *text, const Decimal *d, int64_t places, bool point, bool upper) {
    text_char(text, d->digits[0]);
    if (places > 0 || point)
        text_char(text, '.');
    put_range(text, d->digits, d->count, 1, 1 + places);
    text_format(text, upper ? "E%+03d" : "e%+03d", d->point - 1);
}

static void decimal_of(double d, FloatDigits mode, int64_t count, Decimal *out) {
    out->count = (int64_t)float_digits(d, mode, count, out->digits, &out->point);
}

// g, and the form without a type (`plain`): fixed or with an exponent, by size.
static void put_general(Text *text, double d, int64_t precision, const FormatSpec *spec,
                        bool plain) {
    Decimal decimal;
    bool repr = plain && precision < 0;
    if (repr)
        decimal_of(d, FLOAT_SHORTEST, 0, &decimal);
    else
        decimal_of(d, FLOAT_SIGNIFICANT, precision ? precision : 1, &decimal);
    int64_t most = repr ? 16 : (precision ? precision : 1);
    int64_t shown = spec->alternate && !repr ? most : decimal.count;
    if (decimal.point <= -4 || decimal.point > most - (plain && !repr)) {
        put_exponent(text, &decimal, shown - 1, spec->alternate, spec->type == 'G');
        return;
    }
    int64_t places = shown > decimal.point ? shown - decimal.point : 0;
    if (plain && places == 0)
        places = 1;
    put_fixed(text, &decimal, places, spec->alternate);
}

static void put_float(Text *text, double d, const FormatSpec *spec) {
    Decimal decimal;
    int64_t precision = spec->precision < 0 && spec->type ? 6 : spec->precision;
    switch (spec->type) {
    case 'e':
    case 'E':
        decimal_of(d, FLOAT_SIGNIFICANT, precision + 1, &decimal);
        put_exponent(text, &decimal, precision, spec->alternate, spec->type == 'E');
        break;
    case 'f':
    case 'F':
    case '%':
        decimal_of(d, FLOAT_DECIMALS, precision, &decimal);
        put_fixed(text, &decimal, precision, spec->alternate);
        break;
    default: put_general(text, d, precision, spec, spec->type == 0);
    }
    if (spec->type == '%')
        text_char(text, '%');
}

static void put_not_finite(Text *text, double d, const FormatSpec *spec) {
    bool upper = spec->type == 'E' || spec->type == 'F' || spec->type == 'G';
    text_string(text, isnan(d) ? (upper ? "NAN" : "nan") : upper ? "INF" : "inf");
    if (spec->type == '%')
        text_char(text, '%');
}

static bool only_zeros(const Text *text) { return strpbrk(text->data, "123456789") == NULL; }

bool format_float(Fiber *fiber, double d, const FormatSpec *spec, Text *out) {
    if (spec->type && spec->type != 'n' && !is_float_type(spec->type))
        return unknown_code(fiber, spec, "float");
    if (spec->precision > INT32_MAX) {
        throw_value(fiber, "precision too big");
        return false;
    }
    if (!room_for(fiber, spec->precision))
        return false;
    FormatSpec plain = *spec;
    if (plain.type == 'n')
        plain.type = 'g';
    if (plain.type == '%')
        d *= 100;
    Text text = {0};
    if (isfinite(d))
        put_float(&text, d, &plain);
    else
        put_not_finite(&text, d, &plain);
    size_t digits = strspn(text.data, "0123456789");
    bool negative = signbit(d) && !isnan(d);
    if (negative && spec->positive_zero && isfinite(d) && only_zeros(&text))
        negative = false;
    Number n = {.negative = negative,
                .prefix = "",
                .digits = text.data,
                .digit_count = digits,
                .rest = text.data + digits,
                .rest_size = text.length - digits,
                .group = 3};
    bool good = put_number(fiber, spec, &n, out);
    text_free(&text);
    return good;
}

// --- any of them ---

bool format_value_spec(Fiber *fiber, Value v, const char *text, size_t size, Text *out) {
    FormatSpec spec;
    if (size == 0)
        return value_to_text(fiber, v, out);
    const char *type_name = value_is_str(v)      ? "str"
                            : value_is_double(v) ? "float"
                            : value_is_bool(v)   ? "bool"
                                                 : "int";
    if (!format_spec_parse(fiber, text, size, type_name, value_is_str(v) ? '<' : '>', &spec))
        return false;
    if (value_is_str(v))
        return format_str(fiber, value_to_str(v), &spec, out);
    if (value_is_double(v))
        return format_float(fiber, value_to_double(v), &spec, out);
    if (value_is_bool(v))
        v = value_from_int(v == VALUE_TRUE);
    return format_integer(fiber, v, &spec, type_name, out);
}
