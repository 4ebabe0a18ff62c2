// SPDX-License-Identifier: MIT
//
// UTF-8, one code point at a time. The readers trust their input: text of a Str is valid.
#ifndef CONC_OBJECT_UTF8_H
#define CONC_OBJECT_UTF8_H

#include <stddef.h>
#include <stdint.h>

enum { UTF8_MOST = 4, UNICODE_LIMIT = 0x110000 };

// Bytes of the code point that starts with this byte.
static inline size_t utf8_size(char lead) {
    unsigned char c = (unsigned char)lead;
    return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}
// Reads the code point at *at and moves past it.
static inline uint32_t utf8_next(const char **at) {
    const unsigned char *p = (const unsigned char *)*at;
    if (p[0] < 0x80) {
        *at += 1;
        return p[0];
    }
    if (p[0] < 0xe0) {
        *at += 2;
        return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
    }
    if (p[0] < 0xf0) {
        *at += 3;
        return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
    }
    *at += 4;
    return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
}
// The start of the code point before `at` (which is not the text's start).
static inline const char *utf8_before(const char *at) {
    do {
        at--;
    } while (((unsigned char)*at & 0xc0) == 0x80);
    return at;
}
// Writes at most UTF8_MOST bytes; returns how many.
static inline size_t utf8_put(char *out, uint32_t c) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

#endif
