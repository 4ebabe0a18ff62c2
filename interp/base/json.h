// SPDX-License-Identifier: MIT
//
// JSON to be written: objects are appended to a Text, member by member.
//
//     text_char(out, '{');
//     json_text(out, "file", name);
//     json_number(out, "line", 3);
//     text_char(out, '}');                {"file":"x.conc","line":3}
//
// The result is on one line, and valid UTF-8 whatever the bytes are: what is none becomes U+FFFD.
#ifndef CONC_BASE_JSON_H
#define CONC_BASE_JSON_H

#include <stdint.h>

#include "base/text.h"

// "name": with the comma before it, unless it is the first of its object. The value follows.
void json_name(Text *out, const char *name);
// The bytes as a string, in quotes.
void json_string(Text *out, const char *bytes, size_t size);
// A member whose value is a string, or null where `text` is NULL; or a number.
void json_text(Text *out, const char *name, const char *text);
void json_number(Text *out, const char *name, uint64_t number);
void json_null(Text *out, const char *name);

#endif
