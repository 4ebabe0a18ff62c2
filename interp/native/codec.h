// SPDX-License-Identifier: MIT
//
// Encodings: text to bytes and back. UTF-8, ASCII and Latin-1, under the names that Python knows them by.
#ifndef CONC_NATIVE_CODEC_H
#define CONC_NATIVE_CODEC_H

#include "native/argument.h"

// encoding and errors ("strict", "ignore", "replace"): a Str, or left out. UNDEF with ValueError or
// TypeError; `function` is who asks.
Value codec_encode(Fiber *fiber, Str *s, Value encoding, Value errors, const char *function);
Value codec_decode(Fiber *fiber, const char *data, size_t size, Value encoding, Value errors,
                   const char *function);

#endif
