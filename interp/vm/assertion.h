// SPDX-License-Identifier: MIT
//
// What a failed assert(condition, message) says: the condition as it stands in the source and the values
// that it compared.
//
//     AssertionError: assert(len(xs) == 3): left is 2, right is 3
#ifndef CONC_VM_ASSERTION_H
#define CONC_VM_ASSERTION_H

#include "object/runtime.h"

// Throws AssertionError. row[0] is the message, or UNDEF; row[1 .. count] are the values: none (a literal),
// one, or both sides of a comparison. `equal`: they should have been equal, and where long ones first differ
// is said as well. A message of the script's own stands alone, and the values in the error's hint.
// The row is rooted; may run script code (str methods), whose Cancelled or Interrupted is thrown instead.
void assertion_throw(Fiber *fiber, Value *row, uint32_t count, bool equal);

#endif
