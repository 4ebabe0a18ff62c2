// SPDX-License-Identifier: MIT
//
// Comparing without running script code. A list may hold itself or be changed by other threads at any
// moment: elements are read one by one by index until one is missing, and lists in lists are followed to
// a fixed depth, beyond which the answer is that C cannot tell. So it always ends.
#include "sync/order.h"

#include "object/list.h"
#include "object/number.h"
#include "object/str.h"

enum { DEEPEST = 16 };

static int order_at(Value a, Value b, int depth);

static int order_lists(List *a, List *b, int depth) {
    for (size_t i = 0;; i++) {
        Value x = list_get(a, i), y = list_get(b, i);
        if (x == VALUE_UNDEF || y == VALUE_UNDEF)
            return x == y ? 0 : x == VALUE_UNDEF ? -1 : 1;
        if (x == y)
            continue;
        int order = order_at(x, y, depth + 1);
        if (order != 0)
            return order;
    }
}

static int order_at(Value a, Value b, int depth) {
    if (value_both_int(a, b)) {
        int64_t x = value_to_int(a), y = value_to_int(b);
        return x < y ? -1 : x > y;
    }
    if (value_is_number(a) && value_is_number(b)) {
        int order = number_compare(a, b);
        return order == 2 ? 0 : order;
    }
    if (value_is_str(a) && value_is_str(b)) {
        int order = str_compare(value_to_str(a), value_to_str(b));
        return order < 0 ? -1 : order > 0;
    }
    if (value_is_list(a) && value_is_list(b) && depth < DEEPEST)
        return order_lists(value_to_list(a), value_to_list(b), depth);
    return ORDER_UNKNOWN;
}

int order_of(Value a, Value b) { return order_at(a, b, 0); }
