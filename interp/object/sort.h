// SPDX-License-Identifier: MIT
//
// Sorting as scripts see it.
#ifndef CONC_OBJECT_SORT_H
#define CONC_OBJECT_SORT_H

#include "object/list.h"

// A new sorted list of the elements of `iterable`. key, cmp: functions, or nil or UNDEF; reverse: any
// value (its truth counts; UNDEF is false). Stable, also in reverse. S (operate.h): runs key, cmp and
// `less` of scripts. UNDEF with the error. The arguments are rooted by the caller.
Value sorted_list(Fiber *fiber, Value iterable, Value key, Value reverse, Value cmp);

#endif
