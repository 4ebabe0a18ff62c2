// SPDX-License-Identifier: MIT
//
// The order of what C can compare: numbers, strings, and lists of these. For priority queues, which
// compare under a lock, where no script may run.
#ifndef CONC_SYNC_ORDER_H
#define CONC_SYNC_ORDER_H

#include "heap/value.h"

enum { ORDER_UNKNOWN = 2 };

// <0, 0 or >0 by value_less's order; ORDER_UNKNOWN where only value_less can tell (or refuse).
// NaN counts as equal to any number. Never throws, any thread; lists may change meanwhile.
int order_of(Value a, Value b);

#endif
