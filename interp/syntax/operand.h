// SPDX-License-Identifier: MIT
//
// Operands by name: for a hint about an operator at run time, when there is no tree any more: the
// text beside it, if that is a variable or a chain of members (`count`, `self.count`), which a
// reader can look up. Anything that would have to be worked out again is none.
#ifndef CONC_SYNTAX_OPERAND_H
#define CONC_SYNTAX_OPERAND_H

#include <stdbool.h>

#include "syntax/source.h"

// The right operand of a binary operator that binds at least as tightly as `*`, or of an augmented
// assignment. Length 0: it is no such name. The source has been parsed without an error.
Span operand_behind(const Source *source, Span operator);
// What a call, an index or a member is of: `at` is the bracket, or the name of the function or the
// member; `whole` takes that name along (`a.f` for the call `a.f()`).
Span operand_before(const Source *source, Span at, bool whole);
// The first argument of a call, whatever it is; `name` is the name that is called, with its `(` behind it.
Span operand_argument(const Source *source, Span name);
// The whole call, receiver and arguments included, of the function or member whose name stands at
// `at`, where that fits into one line. Length 0: it is no such call.
Span operand_call(const Source *source, Span at);

#endif
