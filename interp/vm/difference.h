// SPDX-License-Identifier: MIT
//
// Where two values that should have been equal first differ.
#ifndef CONC_VM_DIFFERENCE_H
#define CONC_VM_DIFFERENCE_H

#include "base/text.h"
#include "object/runtime.h"

// Appends "they first differ at [2]["name"]: 1 and 2", "... in line 3: ...", "... has 2 elements more"; nothing
// where a and b are no two lists, maps, strings or sets. The values are rooted. May run script code; false with
// its error.
bool difference_describe(Fiber *fiber, Value a, Value b, Text *out);

// The printed form of a value, in one line and shortened to `columns`. False with the error of a str method.
bool difference_show(Fiber *fiber, Value v, size_t columns, Text *out);
// Makes what stands in `text` from byte `from` on one line, and shortens it to `columns`.
void difference_fit(Text *text, size_t from, size_t columns);

#endif
