// SPDX-License-Identifier: MIT
//
// Properties of code points: general categories and simple cases are utf8proc's; what these do not
// give stands in unicode_ranges.def and unicode_casing.def. ASCII never gets that far.
#include "object/unicode.h"

#include <string.h>
#include <utf8proc.h>

#include "object/utf8.h"

static utf8proc_category_t category(uint32_t c) { return utf8proc_category((utf8proc_int32_t)c); }
static bool category_between(uint32_t c, utf8proc_category_t first, utf8proc_category_t last) {
    utf8proc_category_t k = category(c);
    return k >= first && k <= last;
}

// --- ranges ---

typedef struct Range {
    uint32_t first, last;
} Range;

#define DIGIT(first, last) {first, last},
static const Range digits[] = {
#include "object/unicode_ranges.def"
};
#undef DIGIT
#define IDEOGRAPH(first, last) {first, last},
static const Range ideographs[] = {
#include "object/unicode_ranges.def"
};
#undef IDEOGRAPH
#define LOWERCASE(first, last) {first, last},
static const Range lowercase[] = {
#include "object/unicode_ranges.def"
};
#undef LOWERCASE
#define UPPERCASE(first, last) {first, last},
static const Range uppercase[] = {
#include "object/unicode_ranges.def"
};
#undef UPPERCASE

#define IN_RANGES(c, ranges) in_ranges(c, ranges, sizeof(ranges) / sizeof((ranges)[0]))
static bool in_ranges(uint32_t c, const Range *ranges, size_t count) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && c >= ranges[low].first;
}

// --- properties ---

bool unicode_is_space(uint32_t c) {
    if (c < 0x80)
        return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x1f);
    return c == 0x85 || category_between(c, UTF8PROC_CATEGORY_ZS, UTF8PROC_CATEGORY_ZP);
}

bool unicode_is_alpha(uint32_t c) {
    if (c < 0x80)
        return (c | 32) - 'a' < 26;
    return category_between(c, UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LO);
}

bool unicode_is_decimal(uint32_t c) {
    if (c < 0x80)
        return c - '0' < 10;
    return category(c) == UTF8PROC_CATEGORY_ND;
}

bool unicode_is_digit(uint32_t c) {
    return unicode_is_decimal(c) || (c >= 0x80 && IN_RANGES(c, digits));
}

bool unicode_is_numeric(uint32_t c) {
    if (c < 0x80)
        return c - '0' < 10;
    return category_between(c, UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NO) ||
           IN_RANGES(c, ideographs);
}

bool unicode_is_lower(uint32_t c) {
    if (c < 0x80)
        return c - 'a' < 26;
    return category(c) == UTF8PROC_CATEGORY_LL || IN_RANGES(c, lowercase);
}

bool unicode_is_upper(uint32_t c) {
    if (c < 0x80)
        return c - 'A' < 26;
    return category(c) == UTF8PROC_CATEGORY_LU || IN_RANGES(c, uppercase);
}

bool unicode_is_title(uint32_t c) { return c >= 0x80 && category(c) == UTF8PROC_CATEGORY_LT; }

bool unicode_is_printable(uint32_t c) {
    if (c < 0x80)
        return c >= ' ' && c < 0x7f;
    utf8proc_category_t k = category(c);
    return k != UTF8PROC_CATEGORY_CN && !(k >= UTF8PROC_CATEGORY_ZS && k <= UTF8PROC_CATEGORY_CO);
}

bool unicode_is_identifier_start(uint32_t c) {
    return c == '_' || unicode_is_alpha(c) || (c >= 0x80 && category(c) == UTF8PROC_CATEGORY_NL);
}

bool unicode_is_identifier_part(uint32_t c) {
    if (unicode_is_identifier_start(c) || unicode_is_decimal(c))
        return true;
    if (c < 0x80)
        return false;
    utf8proc_category_t k = category(c);
    return k == UTF8PROC_CATEGORY_MN || k == UTF8PROC_CATEGORY_MC || k == UTF8PROC_CATEGORY_PC ||
           c == 0xb7 || c == 0x387;
}

// Decimal digits come in runs of ten, 0 first; runs may touch each other.
int unicode_decimal_value(uint32_t c) {
    if (c < 0x80)
        return c - '0' < 10 ? (int)(c - '0') : -1;
    if (!unicode_is_decimal(c))
        return -1;
    uint32_t first = c;
    while (unicode_is_decimal(first - 1))
        first--;
    return (int)((c - first) % 10);
}

// --- cases ---

typedef struct Casing {
    uint32_t c;
    const char *upper, *title;
} Casing;

static const Casing casings[] = {
#define CASING(c, upper, title) {c, upper, title},
#include "object/unicode_casing.def"
#undef CASING
};

static const Casing *special_casing(uint32_t c) {
    size_t low = 0, high = sizeof casings / sizeof casings[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (casings[middle].c == c)
            return &casings[middle];
        if (casings[middle].c < c)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static void append(Text *out, uint32_t c) {
    char bytes[UTF8_MOST];
    text_append(out, bytes, utf8_put(bytes, c));
}

void unicode_upper(uint32_t c, Text *out) {
    if (c < 0x80) {
        text_char(out, (char)(c - 'a' < 26 ? c - 32 : c));
        return;
    }
    const Casing *special = special_casing(c);
    if (special)
        text_string(out, special->upper);
    else
        append(out, (uint32_t)utf8proc_toupper((utf8proc_int32_t)c));
}

void unicode_title(uint32_t c, Text *out) {
    const Casing *special = c < 0x80 ? NULL : special_casing(c);
    if (special)
        text_string(out, special->title);
    else if (c < 0x80)
        unicode_upper(c, out);
    else
        append(out, (uint32_t)utf8proc_totitle((utf8proc_int32_t)c));
}

void unicode_fold(uint32_t c, Text *out) {
    utf8proc_int32_t folded[8];
    int last = 0;
    utf8proc_ssize_t count =
        utf8proc_decompose_char((utf8proc_int32_t)c, folded, 8, UTF8PROC_CASEFOLD, &last);
    for (utf8proc_ssize_t i = 0; i < count && i < 8; i++)
        append(out, (uint32_t)folded[i]);
}

bool unicode_is_cased(uint32_t c) {
    return unicode_is_lower(c) || unicode_is_upper(c) || unicode_is_title(c);
}

// Case_Ignorable: marks, modifiers and the punctuation that stands inside words.
static bool is_case_ignorable(uint32_t c) {
    static const uint32_t inside[] = {'\'',   '.',    ':',    0xb7,   0x387,  0x55f,
                                      0x5f4,  0x2018, 0x2019, 0x2024, 0x2027, 0xfe13,
                                      0xfe52, 0xfe55, 0xff07, 0xff0e, 0xff1a};
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
        if (c == inside[i])
            return true;
    switch (category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK: return true;
    default: return false;
    }
}

// The sigma at `at` is final: a cased letter before it, none after it, ignorable ones aside.
static bool sigma_is_final(const char *start, const char *at, const char *end) {
    const char *before = at, *after = at;
    bool cased_before = false, cased_after = false;
    while (before > start) {
        before = utf8_before(before);
        const char *p = before;
        uint32_t c = utf8_next(&p);
        if (is_case_ignorable(c))
            continue;
        cased_before = unicode_is_cased(c);
        break;
    }
    utf8_next(&after);
    while (after < end) {
        uint32_t c = utf8_next(&after);
        if (is_case_ignorable(c))
            continue;
        cased_after = unicode_is_cased(c);
        break;
    }
    return cased_before && !cased_after;
}

void unicode_lower(const char *start, const char **at, const char *end, Text *out) {
    enum { CAPITAL_SIGMA = 0x3a3, SIGMA = 0x3c3, FINAL_SIGMA = 0x3c2, CAPITAL_I_WITH_DOT = 0x130 };
    const char *here = *at;
    uint32_t c = utf8_next(at);
    if (c < 0x80)
        text_char(out, (char)(c - 'A' < 26 ? c + 32 : c));
    else if (c == CAPITAL_SIGMA)
        append(out, sigma_is_final(start, here, end) ? FINAL_SIGMA : SIGMA);
    else if (c == CAPITAL_I_WITH_DOT)
        text_string(out, "i\xcc\x87");
    else
        append(out, (uint32_t)utf8proc_tolower((utf8proc_int32_t)c));
}
