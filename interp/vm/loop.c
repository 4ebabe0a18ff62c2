// SPDX-License-Identifier: MIT
//
// Loops: what is gone through, turned into the state of a loop, and the steps that are not inline in loop.h.
#include "vm/loop.h"

#include "object/iterate.h"
#include "object/operate.h"
#include "process/shared_queue.h"
#include "sync/queue.h"
#include "sync/wait.h"
#include "vm/hint.h"
#include "vm/slow.h"

// --- one state ---

static bool is_any_queue(Value v) {
    return value_is_kind(v, KIND_QUEUE) || value_is_shared_queue(v);
}

bool loop_prepare(Fiber *fiber, Value *state) {
    Value iterable = state[0];
    if (value_is_kind(iterable, KIND_LIST)) {
        state[1] = value_from_int(0);
        state[2] = VALUE_NIL;
        return true;
    }
    if (is_any_queue(iterable)) {
        state[1] = state[2] = VALUE_NIL;
        return true;
    }
    if (iterate_start(fiber, iterable, state))
        return true;
    hint_iterable(fiber, iterable);
    return false;
}

// The next item of a queue, which may have to be waited for.
static Step next_of_queue(Fiber *fiber, Value *state, bool awaits) {
    fiber->awaits = awaits;
    if (load_relaxed(&fiber->wait.state) == WAIT_IDLE && !wait_due(fiber))
        return STEP_ERROR;
    NativeFunction iterate = value_is_shared_queue(state[0]) ? shared_queue_iterate : queue_iterate;
    Value v = iterate(fiber, state, 0);
    while (v == VALUE_PARKED) {
        if (awaits && fiber->c_calls == 0)
            return STEP_PARKED;
        park_block(fiber, false);
        v = iterate(fiber, state, 0);
    }
    if (v == VALUE_UNDEF)
        return fiber->error == VALUE_UNDEF ? STEP_END : STEP_ERROR;
    state[3] = v;
    return STEP_ELEMENT;
}

Step loop_step_slow(Fiber *fiber, Value *state, bool awaits) {
    if (is_any_queue(state[0]))
        return next_of_queue(fiber, state, awaits);
    if (!iterate_next(fiber, state, &state[3]))
        return STEP_ERROR;
    return state[3] == VALUE_UNDEF ? STEP_END : STEP_ELEMENT;
}

// --- pairs ---

static Pairs enumerate_apart(Fiber *fiber, Value *row, uint32_t given) {
    Value start = given == 2 ? row[2] : value_from_int(0), numbers[3];
    if (!iterate_count(start, value_from_int(VALUE_INT_MAX / 4), value_from_int(1), numbers))
        return PAIRS_LISTED;
    if (!iterate_start(fiber, row[1], &row[4]))
        return PAIRS_ERROR;
    memcpy(row, numbers, sizeof numbers);
    return PAIRS_APART;
}

static Pairs zip_apart(Fiber *fiber, Value *row) {
    row[4] = row[2];
    return iterate_start(fiber, row[1], row) && iterate_start(fiber, row[4], &row[4]) ? PAIRS_APART
                                                                                      : PAIRS_ERROR;
}

// As items() does, over the map as it is now.
static Pairs items_apart(Fiber *fiber, Value *row) {
    if (!value_is_map(row[0]))
        return PAIRS_LISTED;
    size_t places;
    MapTable *table = map_keep(fiber, value_to_map(row[0]), &places);
    row[0] = table ? value_from_ref(table) : VALUE_NIL;
    row[1] = value_from_int(0);
    row[2] = value_from_int((int64_t)places);
    row[5] = VALUE_TRUE;
    return PAIRS_APART;
}

Pairs loop_pairs(Fiber *fiber, Value *row, uint32_t given, PairSource source) {
    row[4] = row[5] = row[6] = VALUE_NIL;
    switch (source) {
    case PAIRS_ENUMERATE: return enumerate_apart(fiber, row, given);
    case PAIRS_ZIP: return zip_apart(fiber, row);
    default: return items_apart(fiber, row);
    }
}

static Step step(Fiber *fiber, Value *state) {
    Step done;
    return loop_step(state, &done) ? done : loop_step_slow(fiber, state, false);
}

static Step next_listed(Fiber *fiber, Value *row) {
    Value pair[2];
    Step next = step(fiber, row);
    if (next != STEP_ELEMENT)
        return next;
    if (!slow_unpack(fiber, row[3], pair, 2))
        return STEP_ERROR;
    row[3] = pair[0];
    row[7] = pair[1];
    return STEP_ELEMENT;
}

Step loop_pair_step_slow(Fiber *fiber, Value *row) {
    if (row[5] == VALUE_NIL)
        return next_listed(fiber, row);
    Step first = step(fiber, row);
    return first == STEP_ELEMENT ? step(fiber, row + 4) : first;
}
