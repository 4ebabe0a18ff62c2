// SPDX-License-Identifier: MIT
//
// What `for` does at each turn. The state of a loop is three registers, with the element behind them
// (object/iterate.h; of a queue only the first is used). A loop over pairs that are made on the spot, by
// enumerate(), zip() of two or items() of a map, makes none of them: it has two states, each with its element.
//
//   row[0 .. 2], row[3]    the first state and its element
//   row[4 .. 6], row[7]    the second and its element
//
// With nil in row[5] there is no second state: the elements of the first are pairs, to be taken apart. With true
// there is none either: row[0 .. 2] is a map's table, the place in it and how many it has (map_keep).
//
// The functions that take a fiber may run script code, throw and collect; fiber->pc is saved before.
#ifndef CONC_VM_LOOP_H
#define CONC_VM_LOOP_H

#include "code/code.h"
#include "object/list.h"
#include "object/map.h"

typedef enum Step { STEP_ELEMENT, STEP_END, STEP_PARKED, STEP_ERROR } Step;

// The state of a loop over state[0]. False with the error.
bool loop_prepare(Fiber *fiber, Value *state);
// The general case of loop_step. PARKED (only if `awaits`): again when the fiber is woken.
Step loop_step_slow(Fiber *fiber, Value *state, bool awaits);

typedef enum Pairs { PAIRS_APART, PAIRS_LISTED, PAIRS_ERROR } Pairs;
// Before a loop over what `source` would give for the arguments row[1 .. given] (items: of row[0]). APART: the row
// is set. LISTED: it is as it was but for row[4 .. 6], and the list of the pairs is to be made and gone through.
Pairs loop_pairs(Fiber *fiber, Value *row, uint32_t given, PairSource source);
Step loop_pair_step_slow(Fiber *fiber, Value *row);

// The next element of a range (the number itself stands in state[0]) or a list into state[3].
// False: neither.
static inline bool loop_step(Value *state, Step *step) {
    Value source = state[0];
    if (__builtin_expect(value_is_int(source), 1)) {
        *step = STEP_END;
        if (state[1] == value_from_int(0))
            return true;
        *step = STEP_ELEMENT;
        state[1]--; // the tag bits stay, as it is above 0
        state[3] = source;
        state[0] = (source + state[2]) | VALUE_INT_TAG; // what is carried into the tag bits goes
        return true;
    }
    if (!value_is_kind(source, KIND_LIST))
        return false;
    int64_t i = value_to_int(state[1]);
    Value v = list_get(value_to_list(source), (size_t)i);
    *step = v == VALUE_UNDEF ? STEP_END : STEP_ELEMENT;
    state[3] = v;
    state[1] = value_from_int(i + 1);
    return true;
}

// The next pair, where the first state is of a range or a list, and the second one of a list; or of a map.
static inline bool loop_pair_step(Value *row, Step *step) {
    if (row[5] == VALUE_TRUE) {
        size_t position = (size_t)value_to_int(row[1]);
        MapTable *table = (MapTable *)value_to_ref(row[0]);
        bool more = map_next_kept(table, (size_t)value_to_int(row[2]), &position, &row[3], &row[7]);
        *step = more ? STEP_ELEMENT : STEP_END;
        row[1] = value_from_int((int64_t)position);
        return true;
    }
    if (!value_is_int(row[5]) || !value_is_kind(row[4], KIND_LIST) || !loop_step(row, step))
        return false;
    if (*step == STEP_ELEMENT)
        loop_step(row + 4, step);
    return true;
}

#endif
