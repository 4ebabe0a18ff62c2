// SPDX-License-Identifier: MIT
//
// Properties and cases of code points, as Python's str methods see them. Any thread; no state.
#ifndef CONC_OBJECT_UNICODE_H
#define CONC_OBJECT_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

bool unicode_is_space(uint32_t c);
bool unicode_is_alpha(uint32_t c);
bool unicode_is_decimal(uint32_t c);
bool unicode_is_digit(uint32_t c);   // decimal, or a superscript and the like
bool unicode_is_numeric(uint32_t c); // digit, or a fraction, a Roman or a Chinese numeral
bool unicode_is_lower(uint32_t c);
bool unicode_is_upper(uint32_t c);
bool unicode_is_title(uint32_t c);
bool unicode_is_cased(uint32_t c); // lower, upper or title
bool unicode_is_printable(uint32_t c);
bool unicode_is_identifier_start(uint32_t c);
bool unicode_is_identifier_part(uint32_t c);
int unicode_decimal_value(uint32_t c); // 0 .. 9; -1 if it is no decimal digit

// Append the full mapping of one code point (it may be several).
void unicode_upper(uint32_t c, Text *out);
void unicode_title(uint32_t c, Text *out);
void unicode_fold(uint32_t c, Text *out);
// Lower case depends on what stands around: a capital sigma that ends a word is final. Appends that
// of the code point at `at`, which moves past it; the text is [start, end).
void unicode_lower(const char *start, const char **at, const char *end, Text *out);

#endif
