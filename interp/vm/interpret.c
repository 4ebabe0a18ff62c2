// SPDX-License-Identifier: MIT
//
// The run loop: one instruction a case, a few lines each; whatever is long is a call (vm/slow.c).
//
// Where things are: the newest frame's pc, window and closure are locals (pc, base, closure). pc is
// saved to fiber->pc before anything that may throw, collect or call (SAVE); an older frame's pc is
// in its Frame. Windows never move, so `base` stays good across calls; frames[] may move.
//
// The poll word is looked at by LOOP and by calls: that is often enough, as all other code is
// finite, and rare enough to cost nothing that can be measured (SQLite's check_for_interrupt).
#include "object/error.h"
#include "object/list.h"
#include "object/map.h"
#include "object/module.h"
#include "object/range.h"
#include "object/str.h"
#include "sync/lock.h"
#include "sync/queue.h"
#include "sync/cancel_scope.h"
#include "sync/select.h"
#include "sync/wait.h"
#include "vm/assertion.h"
#include "vm/hint.h"
#include "vm/import.h"
#include "vm/loop.h"
#include "vm/run.h"
#include "vm/slow.h"

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

// --- errors ---

// The handler of the newest frame that covers the saved pc, or NULL.
static const Handler *find_handler(const Frame *frame, const uint32_t *pc) {
    const Code *code = frame->closure->proto->code;
    uint32_t at = (uint32_t)(pc - 1 - code->words);
    for (uint32_t i = 0; i < code->handler_count; i++) {
        const Handler *h = &code->handlers[i];
        if (at >= h->start && at < h->end)
            return h;
    }
    return NULL;
}

// Unwinds to a handler: true, and fiber->pc stands on it. False where the frame that C entered is
// gone; the error is still in the fiber.
static bool unwind(Fiber *fiber) {
    fiber->start_scope = NULL; // of a start that did not come about
    for (;;) {
        Frame *frame = &fiber->frames[fiber->frame_count - 1];
        const Handler *h = fiber->forced ? NULL : find_handler(frame, fiber->pc);
        if (h) {
            frame->base[h->target] = error_take(fiber);
            fiber->pc = frame->closure->proto->words + h->handler;
            return true;
        }
        uint32_t flags = frame->flags;
        Value *result = frame->result;
        fiber->frame_count--;
        segments_release(fiber, result == &fiber->result ? fiber->segment->words : result);
        if (flags & FRAME_ENTRY)
            return false;
        fiber->pc = fiber->frames[fiber->frame_count - 1].pc;
    }
}

// --- fast paths shared by instructions ---

// Python's floor division and modulo; b is above 0.
static inline Value int_floordiv(Value a, Value b) {
    int64_t x = value_to_int(a), y = value_to_int(b), q = x / y;
    if (x < 0 && x % y != 0)
        q--;
    return value_from_int(q);
}
static inline Value int_mod(Value a, Value b) {
    int64_t x = value_to_int(a), y = value_to_int(b), r;
    if (((x | y) >> 31) == 0)
        return value_from_int((int64_t)((uint32_t)x % (uint32_t)y));
    r = x % y;
    if (r < 0)
        r += y;
    return value_from_int(r);
}
static inline bool int_shift_left(Value a, Value b, Value *out) {
    int64_t i = value_to_int(a), n = value_to_int(b);
    if ((uint64_t)n >= 32 || i < 0 || i >= (int64_t)1 << (VALUE_INT_BITS - 2 - n))
        return false;
    *out = value_from_int(i << n);
    return true;
}
static inline bool int_shift_right(Value a, Value b, Value *out) {
    int64_t n = value_to_int(b);
    if ((uint64_t)n >= 64)
        return false;
    *out = value_from_int(value_to_int(a) >> n);
    return true;
}
// Both as doubles, if each is a double or a small int and one is a double.
static inline bool both_double(Value a, Value b, double *x, double *y) {
    if (likely(value_is_double(a))) {
        *x = value_to_double(a);
        if (likely(value_is_double(b))) {
            *y = value_to_double(b);
            return true;
        }
        if (!value_is_int(b))
            return false;
        *y = (double)value_to_int(b);
        return true;
    }
    if (!value_is_int(a) || !value_is_double(b))
        return false;
    *x = (double)value_to_int(a);
    *y = value_to_double(b);
    return true;
}

static inline bool truth(Fiber *fiber, Value v) {
    if (likely(v == VALUE_TRUE))
        return true;
    if (likely(v == VALUE_FALSE || v == VALUE_NIL))
        return false;
    if (value_is_int(v))
        return v != value_from_int(0);
    return value_truth(fiber, v);
}

// The method that the site's cache holds for this receiver, or UNDEF.
static inline Value cached_method(Fiber *fiber, Value receiver, const LoadedSite *site) {
    uint32_t key;
    Class *c;
    if (likely(value_is_ref(receiver) && value_to_ref(receiver)->kind == KIND_INSTANCE)) {
        Shape *shape = instance_shape((Instance *)value_to_ref(receiver));
        key = shape->id;
        c = shape->of;
    } else {
        if (value_is_kind(receiver, KIND_CLASS) || value_is_kind(receiver, KIND_MODULE))
            return VALUE_UNDEF;
        c = value_is_ref(receiver) ? fiber_runtime(fiber)->kind_class[value_to_ref(receiver)->kind]
                                   : class_of(fiber_runtime(fiber), receiver);
        key = c->id;
    }
    uint64_t word = site_look(site, key);
    if (unlikely(word == 0 || cache_tag(word) != CACHE_METHOD))
        return VALUE_UNDEF;
    return c->members[cache_index(word)].function;
}

static inline bool cached_field(Value receiver, const LoadedSite *site, Value *out) {
    if (!value_is_kind(receiver, KIND_INSTANCE))
        return false;
    Instance *instance = (Instance *)value_to_ref(receiver);
    uint64_t word = site_look(site, instance_shape(instance)->id);
    if (unlikely(word == 0 || cache_tag(word) != CACHE_FIELD))
        return false;
    *out = slot_get(instance_slot(instance, cache_index(word)));
    return true;
}

// Stores to a field that is there, or adds the one that the cache expects.
static inline bool cached_store(Fiber *fiber, Value receiver, LoadedSite *site, Value v) {
    if (!value_is_kind(receiver, KIND_INSTANCE))
        return false;
    Instance *instance = (Instance *)value_to_ref(receiver);
    Shape *shape = instance_shape(instance);
    uint64_t word = site_look(site, shape->id);
    if (unlikely(word == 0))
        return false;
    uint32_t index = cache_index(word);
    if (likely(cache_tag(word) == CACHE_FIELD)) {
        slot_set(instance_slot(instance, index), v);
        return true;
    }
    if (cache_tag(word) != CACHE_ADD)
        return false;
    Shape *next = load_acquire(&shape->first_child);
    if (!next || next->name != site->name || index >= instance->header.count)
        return false;
    bool locked = shared_lock(fiber, &instance->header);
    bool unchanged = instance_shape(instance) == shape; // else another thread has added a field
    if (likely(unchanged)) {
        slot_set(&instance->slots[index], v);
        store_release(&instance->shape, next);
    }
    shared_unlock(&instance->header, locked);
    return unchanged;
}

// The number that an index stands for. What is negative or no int is beyond every length.
static inline size_t plain_index(Value index) { return index - VALUE_INT_TAG; }

static inline bool list_store(Fiber *fiber, Value container, Value index, Value v) {
    size_t i = plain_index(index);
    if (unlikely(!value_is_kind(container, KIND_LIST)))
        return false;
    List *list = value_to_list(container);
    if (unlikely(i >= list_length(list)))
        return false;
    if (unlikely(load_relaxed(&fiber->world->shared)))
        return list_set(fiber, list, i, v);
    slot_set(&load_relaxed(&list->items)->slots[i], v);
    return true;
}

// The elements of a list of just so many. False: slow_unpack says what is wrong, or knows better.
static inline bool unpack_list(Value from, Value *targets, uint32_t count) {
    if (!value_is_kind(from, KIND_LIST) || list_length(value_to_list(from)) != count)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        Value v = list_get(value_to_list(from), i);
        if (unlikely(v == VALUE_UNDEF)) // taken out meanwhile by another thread
            return false;
        targets[i] = v;
    }
    return true;
}

// A return that is more than storing the result and going on in the caller.
static Entered slow_return(Fiber *fiber, Value v) {
    Frame frame = fiber->frames[fiber->frame_count - 1];
    if (frame.flags & FRAME_KEEP_SELF)
        v = frame.base[0];
    fiber->frame_count--;
    if (!(frame.flags & FRAME_DISCARD))
        *frame.result = v;
    if (frame.first_in_segment)
        segments_release(fiber,
                         frame.result == &fiber->result ? fiber->segment->words : frame.result);
    if (frame.flags & FRAME_ENTRY)
        return ENTERED_VALUE;
    fiber->pc = fiber->frames[fiber->frame_count - 1].pc;
    if (frame.flags & FRAME_AWAIT) {
        Entered awaited = call_await(fiber, frame.result, frame.result);
        if (awaited != ENTERED_VALUE)
            return awaited;
    }
    return ENTERED_FRAME;
}

// The operands. `word` is 64 bits wide, so that none of them has to be widened before it is an index.
#define A      ((uint32_t)(word >> 8 & 0xff))
#define B      ((uint32_t)(word >> 16 & 0xff))
#define C      ((uint32_t)(word >> 24))
#define K      (proto->constants[C])
#define WORD   ((uint32_t)word)
#define SAVE() (fiber->pc = pc)
#define NEXT()                                                                                     \
    do {                                                                                           \
        word = *pc++;                                                                              \
        goto *labels[word & 0xff];                                                                 \
    } while (0)
#define CASE(NAME) do_##NAME:
#define FAIL_UNLESS(ok)                                                                            \
    if (unlikely(!(ok)))                                                                           \
    goto failed
#define GIVE(v)                                                                                    \
    do {                                                                                           \
        Value given_ = (v);                                                                        \
        if (unlikely(given_ == VALUE_UNDEF))                                                       \
            goto failed;                                                                           \
        base[A] = given_;                                                                          \
        NEXT();                                                                                    \
    } while (0)
#define GIVE_DOUBLE(expression)                                                                    \
    do {                                                                                           \
        double given_ = (expression);                                                              \
        if (unlikely(given_ != given_)) {                                                          \
            base[A] = value_from_double(given_);                                                   \
            NEXT();                                                                                \
        }                                                                                          \
        base[A] = value_from_plain_double(given_);                                                 \
        NEXT();                                                                                    \
    } while (0)
// After call_enter and its like.
#define ENTER(how)                                                                                 \
    do {                                                                                           \
        switch (how) {                                                                             \
        case ENTERED_VALUE: NEXT();                                                                \
        case ENTERED_FRAME: goto load_frame;                                                       \
        case ENTERED_PARKED: goto suspend;                                                         \
        case ENTERED_ERROR: goto failed;                                                           \
        }                                                                                          \
    } while (0)
// Leaves the newest frame with `v`; the plain case goes straight on in the caller.
#define LEAVE(value)                                                                               \
    do {                                                                                           \
        Value v_ = (value);                                                                        \
        const Frame *frame = &fiber->frames[fiber->frame_count - 1];                               \
        if (unlikely(frame->flags | frame->first_in_segment)) {                                    \
            if (frame->flags == FRAME_ENTRY && !frame->first_in_segment) {                         \
                fiber->frame_count--;                                                              \
                *frame->result = v_;                                                               \
                return RUN_DONE;                                                                   \
            }                                                                                      \
            if (frame->flags != FRAME_KEEP_SELF || frame->first_in_segment) {                      \
                SAVE();                                                                            \
                switch (slow_return(fiber, v_)) {                                                  \
                case ENTERED_VALUE: return RUN_DONE;                                               \
                case ENTERED_FRAME: goto load_frame;                                               \
                case ENTERED_PARKED: goto suspend;                                                 \
                case ENTERED_ERROR: goto failed;                                                   \
                }                                                                                  \
            }                                                                                      \
            v_ = base[0];                                                                          \
        }                                                                                          \
        fiber->frame_count--;                                                                      \
        *frame->result = v_;                                                                       \
        frame--;                                                                                   \
        base = frame->base;                                                                        \
        closure = frame->closure;                                                                  \
        proto = closure->proto;                                                                    \
        pc = frame->pc;                                                                            \
        NEXT();                                                                                    \
    } while (0)
#define POLL()                                                                                     \
    if (unlikely(load_relaxed(&thread->poll) != 0)) {                                              \
        SAVE();                                                                                    \
        FAIL_UNLESS(poll_answer(fiber));                                                           \
    }
#define ARITHMETIC(NAME, left, right, int_operation, symbol, slow, operator_)                      \
    CASE(NAME) {                                                                                   \
        Value a = left, b = right, r = 0;                                                          \
        double x, y;                                                                               \
        if (likely(value_both_int(a, b)) && likely(int_operation(a, b, &r))) {                     \
            base[A] = r;                                                                           \
            NEXT();                                                                                \
        }                                                                                          \
        if (both_double(a, b, &x, &y))                                                             \
            GIVE_DOUBLE(x symbol y);                                                               \
        SAVE();                                                                                    \
        GIVE(slow(fiber, operator_, a, b));                                                        \
    }
// slow_wide leaves the register of a later instruction as it should be, and goes on behind that.
#define WIDE(NAME, left, right, int_operation, operator_, FLOATS)                                  \
    CASE(NAME) {                                                                                   \
        Value a = left, b = right, r = 0;                                                          \
        if (likely(value_both_int(a, b))) {                                                        \
            if (likely(int_operation(a, b, &r))) {                                                 \
                base[A] = r;                                                                       \
                NEXT();                                                                            \
            }                                                                                      \
            SAVE();                                                                                \
            const uint32_t *after = slow_wide(fiber, proto, base, operator_, A, a, b);             \
            if (likely(after)) {                                                                   \
                pc = after;                                                                        \
                NEXT();                                                                            \
            }                                                                                      \
        }                                                                                          \
        FLOATS                                                                                     \
        SAVE();                                                                                    \
        GIVE(slow_operate(fiber, operator_, a, b));                                                \
    }
#define WIDE_PRODUCT(NAME, left, right)                                                            \
    WIDE(NAME, left, right, integer_mul_small, OPERATOR_MUL, double x; double y;                   \
         if (both_double(a, b, &x, &y)) GIVE_DOUBLE(x * y);)
#define DIVISION(NAME, left, right)                                                                \
    CASE(NAME) {                                                                                   \
        Value a = left, b = right;                                                                 \
        double x, y;                                                                               \
        if (both_double(a, b, &x, &y) && likely(y != 0))                                           \
            GIVE_DOUBLE(x / y);                                                                    \
        SAVE();                                                                                    \
        GIVE(slow_operate(fiber, OPERATOR_DIV, a, b));                                             \
    }
#define WHOLE_DIVISION(NAME, right, int_operation, operator_)                                      \
    CASE(NAME) {                                                                                   \
        Value a = base[B], b = right;                                                              \
        if (likely(value_both_int(a, b)) && likely(value_to_int(b) > 0)) {                         \
            base[A] = int_operation(a, b);                                                         \
            NEXT();                                                                                \
        }                                                                                          \
        SAVE();                                                                                    \
        GIVE(slow_operate(fiber, operator_, a, b));                                                \
    }
#define BITWISE(NAME, right, symbol, slow, operator_)                                              \
    CASE(NAME) {                                                                                   \
        Value a = base[B], b = right;                                                              \
        if (likely(value_both_int(a, b))) {                                                        \
            base[A] = value_from_int(value_to_int(a) symbol value_to_int(b));                      \
            NEXT();                                                                                \
        }                                                                                          \
        SAVE();                                                                                    \
        GIVE(slow(fiber, operator_, a, b));                                                        \
    }
#define SHIFT(NAME, right, int_operation, operator_)                                               \
    CASE(NAME) {                                                                                   \
        Value a = base[B], b = right, r;                                                           \
        if (likely(value_both_int(a, b)) && likely(int_operation(a, b, &r))) {                     \
            base[A] = r;                                                                           \
            NEXT();                                                                                \
        }                                                                                          \
        SAVE();                                                                                    \
        GIVE(slow_operate(fiber, operator_, a, b));                                                \
    }
// What becomes of a comparison's outcome: a value, or a jump. An expression, so that it is worked out
// anew in each branch: one variable for all of them would be kept in memory.
#define GIVE_BOOL(outcome)                                                                         \
    do {                                                                                           \
        base[A] = value_from_bool(outcome);                                                        \
        NEXT();                                                                                    \
    } while (0)
#define JUMP_ON(outcome)                                                                           \
    do {                                                                                           \
        bool met_ = (outcome) == C;                                                                \
        int32_t offset_ = (int32_t)*pc++;                                                          \
        if (met_)                                                                                  \
            pc += offset_;                                                                         \
        NEXT();                                                                                    \
    } while (0)
#define COMPARE(NAME, left, right, symbol, how, DO)                                                \
    CASE(NAME) {                                                                                   \
        Value a = left, b = right;                                                                 \
        double x, y;                                                                               \
        bool slow;                                                                                 \
        if (likely(value_both_int(a, b)))                                                          \
            DO((int64_t)(a << 13) symbol(int64_t)(b << 13));                                       \
        if (both_double(a, b, &x, &y))                                                             \
            DO(x symbol y);                                                                        \
        SAVE();                                                                                    \
        FAIL_UNLESS(slow_compare(fiber, how, a, b, &slow));                                        \
        DO(slow);                                                                                  \
    }
#define COMPARE_INT(NAME, symbol, how)                                                             \
    CASE(NAME) {                                                                                   \
        Value a = base[A];                                                                         \
        int64_t i = word_sb(WORD);                                                                 \
        bool slow;                                                                                 \
        if (likely(value_is_int(a)))                                                               \
            JUMP_ON(value_to_int(a) symbol i);                                                     \
        if (value_is_double(a))                                                                    \
            JUMP_ON(value_to_double(a) symbol(double) i);                                          \
        SAVE();                                                                                    \
        FAIL_UNLESS(slow_compare(fiber, how, a, value_from_int(i), &slow));                        \
        JUMP_ON(slow);                                                                             \
    }
#define COMPARISON(NAME, symbol, how)                                                              \
    COMPARE(NAME, base[B], base[C], symbol, how, GIVE_BOOL)                                        \
    COMPARE(JUMP_IF_##NAME, base[A], base[B], symbol, how, JUMP_ON)                                \
    COMPARE(JUMP_IF_##NAME##_CONST, base[A], proto->constants[B], symbol, how, JUMP_ON)            \
    COMPARE_INT(JUMP_IF_##NAME##_INT, symbol, how)
#define EQUALITY(NAME, left, right, is, DO)                                                        \
    CASE(NAME) {                                                                                   \
        Value a = left, b = right;                                                                 \
        bool slow;                                                                                 \
        if (likely(value_both_int(a, b)) || (a == b && !value_is_double(a)))                       \
            DO((a == b) is);                                                                       \
        if (value_is_double(a) && value_is_double(b))                                              \
            DO((value_to_double(a) == value_to_double(b)) is);                                     \
        SAVE();                                                                                    \
        FAIL_UNLESS(value_equal(fiber, a, b, &slow));                                              \
        DO(slow is);                                                                               \
    }
#define FOR_STEP(state)                                                                            \
    ({                                                                                             \
        Step step_;                                                                                \
        if (unlikely(!loop_step(state, &step_))) {                                                 \
            SAVE();                                                                                \
            step_ = loop_step_slow(fiber, state, C);                                               \
        }                                                                                          \
        step_;                                                                                     \
    })
#define PAIR_STEP(state)                                                                           \
    ({                                                                                             \
        Step step_;                                                                                \
        if (unlikely(!loop_pair_step(state, &step_))) {                                            \
            SAVE();                                                                                \
            step_ = loop_pair_step_slow(fiber, state);                                             \
        }                                                                                          \
        step_;                                                                                     \
    })
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
RunStatus interpret(Fiber *fiber) {
    static const void *const labels[256] = {
#define OPCODE(NAME, operands, extra, sentence) [OP_##NAME] = &&do_##NAME,
#include "code/opcodes.def"
#undef OPCODE
    };
    Thread *const thread = fiber->thread;
    const uint32_t *pc;
    Value *base;
    Closure *closure;
    const Proto *proto;
    uint64_t word;   // the instruction, in the lower half
    Closure *target; // push_plain: what to call
    Native *native;  // call_native: what to call
    uint32_t given;  // call_native: how many arguments there are
    Value *window;   // of the call

resume:
    if (fiber->pending) {
        switch (call_resume(fiber)) {
        case ENTERED_PARKED: goto suspend;
        case ENTERED_ERROR: goto failed;
        default: break;
        }
    }

load_frame : {
    const Frame *frame = &fiber->frames[fiber->frame_count - 1];
    base = frame->base;
    closure = frame->closure;
    proto = closure->proto;
    pc = fiber->pc;
    NEXT();
}

    // `target` gets exactly its parameters, which stand in `window`.
push_plain : {
    const Proto *p = target->proto;
    if (unlikely(load_relaxed(&thread->poll) != 0)) {
        SAVE();
        FAIL_UNLESS(poll_answer(fiber));
    }
    if (unlikely(window + p->register_count + 2 * WINDOW_SLACK > fiber->segment->end ||
                 fiber->frame_count == fiber->frame_capacity)) {
        SAVE();
        ENTER(call_method(fiber, value_from_ref(target), window, p->parameter_count, NULL,
                          CALL_PLAIN, window));
    }
    Frame *frame = &fiber->frames[fiber->frame_count++];
    frame[-1].pc = pc;
    frame->base = base = window;
    frame->closure = closure = target;
    frame->result = window;
    frame->flags = 0;
    frame->first_in_segment = false;
    proto = p;
    pc = p->words;
    NEXT();
}

    // `native` gets `given` arguments, which it takes; they stand in `window`, and the result comes there.
call_native : {
    if (unlikely(load_relaxed(&thread->poll) != 0)) {
        SAVE();
        FAIL_UNLESS(poll_answer(fiber));
    }
    SAVE();
    call_leave_out(native, window, given);
    Value v = native->function(fiber, window, (int)native->parameter_count);
    FAIL_UNLESS(v != VALUE_UNDEF);
    *window = v;
    NEXT();
}

    // The same for one that may wait.
call_waiting:
    POLL();
    SAVE();
    ENTER(call_waiting(fiber, native, window, given, C));

    // The fiber has to wait: another that is ready goes on in its place.
suspend : {
    Fiber *next = run_next(thread);
    if (!next)
        return RUN_WAITS;
    fiber = next;
    goto resume;
}

failed:
    if (!unwind(fiber))
        return RUN_ERROR;
    goto load_frame;

    // --- moves and constants
    CASE(MOVE) {
        base[A] = base[B];
        NEXT();
    }
    CASE(LOAD_CONST) {
        base[A] = proto->constants[word_bx(WORD)];
        NEXT();
    }
    CASE(LOAD_INT) {
        base[A] = value_from_int(word_sbx(WORD));
        NEXT();
    }
    CASE(LOAD_NIL) {
        base[A] = VALUE_NIL;
        NEXT();
    }
    CASE(LOAD_TRUE) {
        base[A] = VALUE_TRUE;
        NEXT();
    }
    CASE(LOAD_FALSE) {
        base[A] = VALUE_FALSE;
        NEXT();
    }
    CASE(LOAD_UNDEF) {
        base[A] = VALUE_UNDEF;
        NEXT();
    }

    // --- variables
    CASE(GET_GLOBAL) {
        Value v = slot_get(&proto->globals[word_bx(WORD)]);
        if (unlikely(v == VALUE_UNDEF)) {
            SAVE();
            slow_global_error(fiber, proto, word_bx(WORD));
            goto failed;
        }
        base[A] = v;
        NEXT();
    }
    CASE(SET_GLOBAL) {
        slot_set(&proto->globals[word_bx(WORD)], base[A]);
        NEXT();
    }
    CASE(GET_BUILTIN) {
        base[A] = fiber_runtime(fiber)->builtins[word_bx(WORD)];
        NEXT();
    }
    CASE(GET_CAPTURE) {
        base[A] = closure->captures[B];
        NEXT();
    }
    CASE(GET_CAPTURE_CELL) {
        Value v = slot_get(&((Cell *)value_to_ref(closure->captures[B]))->value);
        if (unlikely(v == VALUE_UNDEF)) {
            SAVE();
            slow_cell_error(fiber, proto, B, true);
            goto failed;
        }
        base[A] = v;
        NEXT();
    }
    CASE(SET_CAPTURE_CELL) {
        slot_set(&((Cell *)value_to_ref(closure->captures[B]))->value, base[A]);
        NEXT();
    }
    CASE(NEW_CELL) {
        base[A] = value_from_ref(cell_new(fiber->heap, base[A]));
        NEXT();
    }
    CASE(GET_CELL) {
        Value v = slot_get(&((Cell *)value_to_ref(base[B]))->value);
        if (unlikely(v == VALUE_UNDEF)) {
            SAVE();
            slow_cell_error(fiber, proto, B, false);
            goto failed;
        }
        base[A] = v;
        NEXT();
    }
    CASE(SET_CELL) {
        slot_set(&((Cell *)value_to_ref(base[A]))->value, base[B]);
        NEXT();
    }
    CASE(THROW_NAME) {
        SAVE();
        slow_name_error(fiber, proto, word_bx(WORD), *pc);
        goto failed;
    }

    // --- operators
    ARITHMETIC(ADD, base[B], base[C], integer_add_small, +, slow_operate, OPERATOR_ADD)
    ARITHMETIC(ADD_CONST, base[B], K, integer_add_small, +, slow_operate, OPERATOR_ADD)
    ARITHMETIC(CONST_ADD, K, base[B], integer_add_small, +, slow_operate, OPERATOR_ADD)
    ARITHMETIC(ADD_IN_PLACE, base[B], base[C], integer_add_small, +, slow_in_place, OPERATOR_ADD)
    ARITHMETIC(SUB, base[B], base[C], integer_sub_small, -, slow_operate, OPERATOR_SUB)
    ARITHMETIC(SUB_CONST, base[B], K, integer_sub_small, -, slow_operate, OPERATOR_SUB)
    ARITHMETIC(CONST_SUB, K, base[B], integer_sub_small, -, slow_operate, OPERATOR_SUB)
    ARITHMETIC(SUB_IN_PLACE, base[B], base[C], integer_sub_small, -, slow_in_place, OPERATOR_SUB)
    ARITHMETIC(MUL, base[B], base[C], integer_mul_small, *, slow_operate, OPERATOR_MUL)
    ARITHMETIC(MUL_CONST, base[B], K, integer_mul_small, *, slow_operate, OPERATOR_MUL)
    ARITHMETIC(CONST_MUL, K, base[B], integer_mul_small, *, slow_operate, OPERATOR_MUL)
    ARITHMETIC(MUL_IN_PLACE, base[B], base[C], integer_mul_small, *, slow_in_place, OPERATOR_MUL)
    ARITHMETIC(MUL_CONST_IN_PLACE, base[B], K, integer_mul_small, *, slow_in_place, OPERATOR_MUL)
    WIDE_PRODUCT(MUL_WIDE, base[B], base[C])
    WIDE_PRODUCT(MUL_CONST_WIDE, base[B], K)
    WIDE_PRODUCT(CONST_MUL_WIDE, K, base[B])
    DIVISION(DIV, base[B], base[C])
    DIVISION(DIV_CONST, base[B], K)
    DIVISION(CONST_DIV, K, base[B])
    WHOLE_DIVISION(FLOORDIV, base[C], int_floordiv, OPERATOR_FLOORDIV)
    WHOLE_DIVISION(FLOORDIV_CONST, K, int_floordiv, OPERATOR_FLOORDIV)
    WHOLE_DIVISION(MOD, base[C], int_mod, OPERATOR_MOD)
    WHOLE_DIVISION(MOD_CONST, K, int_mod, OPERATOR_MOD)
    CASE(POW) {
        SAVE();
        GIVE(slow_operate(fiber, OPERATOR_POW, base[B], base[C]));
    }
    BITWISE(BIT_AND, base[C], &, slow_operate, OPERATOR_AND)
    BITWISE(BIT_AND_CONST, K, &, slow_operate, OPERATOR_AND)
    BITWISE(BIT_AND_IN_PLACE, base[C], &, slow_in_place, OPERATOR_AND)
    BITWISE(BIT_OR, base[C], |, slow_operate, OPERATOR_OR)
    BITWISE(BIT_OR_IN_PLACE, base[C], |, slow_in_place, OPERATOR_OR)
    BITWISE(BIT_XOR, base[C], ^, slow_operate, OPERATOR_XOR)
    BITWISE(BIT_XOR_IN_PLACE, base[C], ^, slow_in_place, OPERATOR_XOR)
    SHIFT(SHIFT_LEFT, base[C], int_shift_left, OPERATOR_SHL)
    SHIFT(SHIFT_LEFT_CONST, K, int_shift_left, OPERATOR_SHL)
    WIDE(SHIFT_LEFT_WIDE, base[B], base[C], int_shift_left, OPERATOR_SHL, )
    WIDE(SHIFT_LEFT_CONST_WIDE, base[B], K, int_shift_left, OPERATOR_SHL, )
    SHIFT(SHIFT_RIGHT, base[C], int_shift_right, OPERATOR_SHR)
    SHIFT(SHIFT_RIGHT_CONST, K, int_shift_right, OPERATOR_SHR)
    CASE(ADD_INT) {
        Value a = base[B], b = value_from_int(word_sc(WORD)), r = 0;
        if (likely(value_is_int(a)) && likely(integer_add_small(a, b, &r))) {
            base[A] = r;
            NEXT();
        }
        if (value_is_double(a))
            GIVE_DOUBLE(value_to_double(a) + word_sc(WORD));
        SAVE();
        if (!value_is_number(a) && word_sc(WORD) < 0) // it was written as a subtraction
            GIVE(slow_operate(fiber, OPERATOR_SUB, a, value_from_int(-word_sc(WORD))));
        GIVE(slow_operate(fiber, OPERATOR_ADD, a, b));
    }
    CASE(NEGATE) {
        Value v = base[B];
        if (value_is_double(v)) {
            base[A] = value_from_double(-value_to_double(v));
            NEXT();
        }
        SAVE();
        GIVE(slow_negate(fiber, v));
    }
    CASE(PLUS) {
        SAVE();
        GIVE(slow_plus(fiber, base[B]));
    }
    CASE(BIT_NOT) {
        SAVE();
        GIVE(slow_bit_not(fiber, base[B]));
    }
    CASE(NOT) {
        base[A] = value_from_bool(!truth(fiber, base[B]));
        NEXT();
    }
    EQUALITY(EQUAL, base[B], base[C], == true, GIVE_BOOL)
    EQUALITY(NOT_EQUAL, base[B], base[C], == false, GIVE_BOOL)
    EQUALITY(JUMP_IF_EQUAL, base[A], base[B], == true, JUMP_ON)
    EQUALITY(JUMP_IF_EQUAL_CONST, base[A], proto->constants[B], == true, JUMP_ON)
    EQUALITY(JUMP_IF_EQUAL_INT, base[A], value_from_int(word_sb(WORD)), == true, JUMP_ON)
    COMPARISON(LESS, <, COMPARE_LESS)
    COMPARISON(LESS_EQUAL, <=, COMPARE_LESS_EQUAL)
    COMPARISON(GREATER, >, COMPARE_GREATER)
    COMPARISON(GREATER_EQUAL, >=, COMPARE_GREATER_EQUAL)
    CASE(IN) {
        bool r;
        SAVE();
        FAIL_UNLESS(value_contains(fiber, base[C], base[B], &r));
        base[A] = value_from_bool(r);
        NEXT();
    }
    CASE(IS) {
        base[A] = slow_is(fiber, base[B], base[C]);
        NEXT();
    }

    // --- jumps
    CASE(JUMP) {
        pc += word_sj(WORD);
        NEXT();
    }
    CASE(LOOP) {
        POLL(); // here still: an error belongs to the blocks around the loop's end, not before its start
        pc += word_sj(WORD);
        NEXT();
    }
    CASE(JUMP_TRUE) {
        if (truth(fiber, base[A]))
            pc += word_sbx(WORD);
        NEXT();
    }
    CASE(JUMP_FALSE) {
        if (!truth(fiber, base[A]))
            pc += word_sbx(WORD);
        NEXT();
    }
    CASE(JUMP_DEFINED) {
        if (base[A] != VALUE_UNDEF)
            pc += word_sbx(WORD);
        NEXT();
    }

    // --- members and elements
    CASE(GET_FIELD) {
        LoadedSite *site = &proto->sites[*pc++];
        Value receiver = base[B];
        if (likely(cached_field(receiver, site, &base[A])))
            NEXT();
        SAVE();
        ENTER(slow_get_field(fiber, receiver, site, &base[A]));
    }
    CASE(SET_FIELD) {
        LoadedSite *site = &proto->sites[*pc++];
        if (likely(cached_store(fiber, base[A], site, base[B])))
            NEXT();
        SAVE();
        ENTER(slow_set_field(fiber, base[A], site, base[B]));
    }
    CASE(GET_SUPER) {
        LoadedSite *site = &proto->sites[*pc++];
        SAVE();
        ENTER(slow_get_super(fiber, closure->home, base[B], site, &base[A]));
    }
    CASE(SET_SUPER) {
        LoadedSite *site = &proto->sites[*pc++];
        SAVE();
        ENTER(slow_set_super(fiber, closure->home, base[A], site, base[B]));
    }
    CASE(GET_INDEX) {
        Value container = base[B], index = base[C], v = VALUE_UNDEF;
        if (likely(value_is_kind(container, KIND_LIST)))
            v = list_get(value_to_list(container), plain_index(index));
        else if (value_is_kind(container, KIND_MAP))
            v = map_get_plain(value_to_map(container), index);
        if (likely(v != VALUE_UNDEF)) {
            base[A] = v;
            NEXT();
        }
        SAVE();
        GIVE(slow_get_index(fiber, container, index));
    }
    CASE(SET_INDEX) {
        Value container = base[A];
        if (likely(list_store(fiber, container, base[B], base[C])))
            NEXT();
        SAVE();
        bool ok = value_is_kind(container, KIND_MAP)
                      ? map_set(fiber, value_to_map(container), base[B], base[C])
                      : value_set_index(fiber, container, base[B], base[C]);
        FAIL_UNLESS(ok);
        NEXT();
    }
    CASE(GET_SLICE) {
        Value *from = &base[B];
        SAVE();
        GIVE(value_slice(fiber, from[0], from[1], from[2], from[3]));
    }
    CASE(SET_SLICE) {
        Value *to = &base[A];
        SAVE();
        FAIL_UNLESS(value_set_slice(fiber, to[0], to[1], to[2], to[3], base[B]));
        NEXT();
    }

    // --- calls
    CASE(CALL) {
        window = &base[A];
        Value callee = window[0];
        if (likely(C == CALL_PLAIN)) {
            if (likely(value_is_kind(callee, KIND_CLOSURE))) {
                target = (Closure *)value_to_ref(callee);
                if (likely(target->proto->plain_count == B))
                    goto push_plain;
            } else if ((native = plain_native(callee, B))) {
                given = B;
                goto call_native;
            }
            POLL();
            SAVE();
            ENTER(call_enter(fiber, window, (int)B, NULL, CALL_PLAIN, window));
        }
        POLL();
        SAVE();
        if (C < CALL_SPAWN)
            ENTER(call_enter(fiber, window, (int)B, NULL, C, window));
        GIVE(call_start(fiber, window, (int)B, NULL, C));
    }
    CASE(CALL_LABELS) {
        const LoadedLabels *names = &proto->labels[*pc++];
        window = &base[A];
        POLL();
        SAVE();
        if (C >= CALL_SPAWN)
            GIVE(call_start(fiber, window, (int)B, names, C));
        ENTER(call_enter(fiber, window, (int)B, names, C, window));
    }
    CASE(CALL_SPREAD) {
        const LoadedLabels *names = &proto->labels[*pc++];
        POLL();
        SAVE();
        ENTER(slow_call_spread(fiber, &base[A], names, C));
    }
    CASE(INVOKE) {
        LoadedSite *site = &proto->sites[*pc++];
        window = &base[A];
        Value function = cached_method(fiber, window[0], site);
        if (likely(C <= CALL_AWAIT) && likely(function != VALUE_UNDEF)) {
            if (likely(value_to_ref(function)->kind == KIND_CLOSURE)) {
                target = (Closure *)value_to_ref(function);
                if (likely(target->proto->method_count == B) && likely(C == CALL_PLAIN))
                    goto push_plain;
            } else {
                native = (Native *)value_to_ref(function);
                given = B;
                if (native_takes(native, given) && likely(C == CALL_PLAIN))
                    goto call_native;
                if (native_waits(native, given))
                    goto call_waiting;
            }
        }
        POLL();
        SAVE();
        if (likely(function != VALUE_UNDEF))
            ENTER(call_method(fiber, function, window, (int)B, NULL, C, window));
        ENTER(slow_invoke(fiber, window, (int)B, site, NULL, C));
    }
    CASE(CLEANUP) {
        LoadedSite *site = &proto->sites[*pc++];
        window = &base[A];
        SAVE();
        if (unlikely(load_relaxed(&thread->poll) & (POLL_STOP | POLL_COLLECT)))
            thread_safepoint(thread);
        Value function = cached_method(fiber, window[0], site);
        if (likely(function != VALUE_UNDEF))
            ENTER(call_method(fiber, function, window, (int)B, NULL, C, window));
        ENTER(slow_invoke(fiber, window, (int)B, site, NULL, C));
    }
    CASE(ACQUIRE) {
        Value lock = base[B];
        if (likely(value_is_kind(lock, KIND_LOCK))) {
            if (likely(lock_take_quick(fiber, value_to_lock(lock), proto, pc + 1))) {
                pc++;
                NEXT();
            }
            fiber->pc = pc + 1;
            if (lock_take(fiber, value_to_lock(lock))) {
                pc++;
                NEXT();
            }
        }
        base[A] = lock;
        word &= ~(uint32_t)0xff0000; // without arguments
        goto do_INVOKE;
    }
    CASE(RELEASE) {
        Value lock = base[B];
        if (likely(value_is_kind(lock, KIND_LOCK)) &&
            likely(lock_give_back_quick(fiber, value_to_lock(lock)) ||
                   lock_give_back(fiber, value_to_lock(lock)))) {
            pc++;
            NEXT();
        }
        base[A] = lock;
        word &= ~(uint32_t)0xff0000;
        goto do_CLEANUP;
    }
    CASE(QUEUE_GET) {
        window = &base[A];
        if (unlikely(!value_is_queue(*window)))
            goto do_INVOKE;
        pc++;
        POLL();
        SAVE();
        ENTER(call_queue_get(fiber, window, C));
    }
    CASE(QUEUE_PUT) {
        window = &base[A];
        if (unlikely(!value_is_queue(*window)))
            goto do_INVOKE;
        pc++;
        POLL();
        SAVE();
        ENTER(call_queue_put(fiber, window, C));
    }
    CASE(INVOKE_LABELS) {
        LoadedSite *site = &proto->sites[*pc++];
        const LoadedLabels *names = &proto->labels[*pc++];
        POLL();
        SAVE();
        ENTER(slow_invoke(fiber, &base[A], (int)B, site, names, C));
    }
    CASE(INVOKE_SUPER) {
        LoadedSite *site = &proto->sites[*pc++];
        const Class *above = closure->home ? closure->home->base : NULL;
        uint64_t cached = above ? site_look(site, above->id) : 0;
        if (likely(cached != 0) && likely(C == CALL_PLAIN)) {
            Value function = above->members[cache_index(cached)].function;
            window = &base[A];
            if (likely(value_is_kind(function, KIND_CLOSURE))) {
                target = (Closure *)value_to_ref(function);
                if (likely(target->proto->method_count == B))
                    goto push_plain;
            }
        }
        POLL();
        SAVE();
        ENTER(slow_invoke_super(fiber, closure->home, &base[A], (int)B, site, NULL, C));
    }
    CASE(INVOKE_SUPER_LABELS) {
        LoadedSite *site = &proto->sites[*pc++];
        const LoadedLabels *names = &proto->labels[*pc++];
        POLL();
        SAVE();
        ENTER(slow_invoke_super(fiber, closure->home, &base[A], (int)B, site, names, C));
    }
    CASE(AWAIT) {
        SAVE();
        ENTER(call_await(fiber, &base[A], &base[A]));
    }
    CASE(RETURN) { LEAVE(base[A]); }
    CASE(RETURN_NIL) { LEAVE(VALUE_NIL); }

    // --- building values
    CASE(NEW_LIST) {
        base[A] = value_from_ref(list_from(fiber->heap, &base[B], C));
        NEXT();
    }
    CASE(LIST_APPEND) {
        SAVE();
        FAIL_UNLESS(list_append(fiber, value_to_list(base[A]), base[B]));
        NEXT();
    }
    CASE(LIST_EXTEND) {
        SAVE();
        FAIL_UNLESS(slow_extend(fiber, base[A], base[B]));
        NEXT();
    }
    CASE(NEW_MAP) {
        base[A] = value_from_ref(map_new(fiber->heap));
        NEXT();
    }
    CASE(MAP_STORE) {
        SAVE();
        FAIL_UNLESS(map_set(fiber, value_to_map(base[A]), base[B], base[C]));
        NEXT();
    }
    CASE(NEW_RANGE) {
        SAVE();
        GIVE(range_new_checked(fiber, base[B], base[C], value_from_int(1)));
    }
    CASE(FORMAT) {
        uint32_t constant = *pc++;
        if (C == 0 && (value_is_int(base[A]) || value_is_str(base[A]))) // CONCAT takes both
            NEXT();
        SAVE();
        GIVE(slow_format(fiber, base[A], C ? proto->constants[constant] : VALUE_UNDEF));
    }
    CASE(CONCAT) {
        SAVE();
        GIVE(slow_concat(fiber, &base[B], C));
    }
    CASE(NEW_CLOSURE) { GIVE(slow_closure(fiber, closure, proto->children[word_bx(WORD)], base)); }
    CASE(NEW_CLASS) {
        const LoadedPlan *plan = &proto->plans[*pc++];
        SAVE();
        GIVE(slow_class(fiber, plan, &base[A]));
    }

    // --- loops and unpacking
    CASE(FOR_PREPARE) {
        SAVE();
        FAIL_UNLESS(loop_prepare(fiber, &base[A]));
        NEXT();
    }
    CASE(FOR_RANGE) {
        int32_t offset = (int32_t)*pc++;
        if (likely(slow_for_range(fiber, &base[A], B, C)))
            pc += offset;
        NEXT();
    }
    CASE(FOR_NEXT) {
        int32_t offset = (int32_t)*pc++;
        switch (FOR_STEP(&base[A])) {
        case STEP_END: pc += offset; break;
        case STEP_ELEMENT: break;
        case STEP_PARKED: fiber->pc = pc - 2; goto suspend; // this instruction again when woken
        case STEP_ERROR: goto failed;
        }
        NEXT();
    }
    CASE(FOR_LOOP) {
        int32_t offset = (int32_t)*pc++;
        switch (FOR_STEP(&base[A])) {
        case STEP_END: NEXT();
        case STEP_ELEMENT: break;
        case STEP_PARKED: fiber->pc = pc - 2; goto suspend;
        case STEP_ERROR: goto failed;
        }
        pc += offset;
        POLL();
        NEXT();
    }
    CASE(FOR_PAIRS) {
        int32_t offset = (int32_t)*pc++;
        SAVE();
        switch (loop_pairs(fiber, &base[A], B, C)) {
        case PAIRS_APART: pc += offset; break;
        case PAIRS_LISTED: break;
        case PAIRS_ERROR: goto failed;
        }
        NEXT();
    }
    CASE(FOR_PAIR_NEXT) {
        int32_t offset = (int32_t)*pc++;
        Step step = PAIR_STEP(&base[A]);
        if (unlikely(step == STEP_ERROR))
            goto failed;
        if (step == STEP_END)
            pc += offset;
        NEXT();
    }
    CASE(FOR_PAIR_LOOP) {
        int32_t offset = (int32_t)*pc++;
        Step step = PAIR_STEP(&base[A]);
        if (unlikely(step == STEP_ERROR))
            goto failed;
        if (step == STEP_END)
            NEXT();
        pc += offset;
        POLL();
        NEXT();
    }
    CASE(UNPACK) {
        Value from = base[B];
        if (likely(unpack_list(from, &base[A], C)))
            NEXT();
        SAVE();
        FAIL_UNLESS(slow_unpack(fiber, from, &base[A], C));
        NEXT();
    }
    CASE(UNPACK_REST) {
        uint32_t constant = *pc++;
        SAVE();
        FAIL_UNLESS(slow_unpack_rest(fiber, base[B], &base[A], C,
                                     (uint32_t)value_to_int(proto->constants[constant])));
        NEXT();
    }

    // --- errors and statements
    CASE(THROW) {
        SAVE();
        slow_throw(fiber, base[A]);
        goto failed;
    }
    CASE(THROW_ASSERTION) {
        SAVE();
        assertion_throw(fiber, &base[A], B, C);
        goto failed;
    }
    CASE(RETHROW) {
        SAVE();
        fiber->error = base[A];
        goto failed;
    }
    CASE(LOCK_ORDER) {
        SAVE();
        FAIL_UNLESS(slow_lock_order(fiber, &base[A], B));
        NEXT();
    }
    CASE(ENTER_GROUP) {
        base[A] = value_from_ref(cancel_scope_enter_group(fiber));
        NEXT();
    }
    CASE(ENTER_TIMEOUT) {
        SAVE();
        CancelScope *scope = cancel_scope_enter_timeout(fiber, base[A]);
        FAIL_UNLESS(scope);
        base[A] = value_from_ref(scope);
        NEXT();
    }
    CASE(IN_GROUP) {
        fiber->start_scope = value_is_cancel_scope(base[A]) ? value_to_cancel_scope(base[A]) : NULL;
        NEXT();
    }
    CASE(NEW_SELECT) {
        base[A] = value_from_ref(select_new(fiber->heap, value_to_list(base[A])));
        NEXT();
    }
    CASE(IMPORT) {
        SAVE();
        GIVE(import_module(fiber, value_to_str(proto->constants[word_bx(WORD)])));
    }
    CASE(IMPORT_NAME) {
        const LoadedSite *site = &proto->sites[*pc++];
        SAVE();
        GIVE(import_name(fiber, base[B], site->name));
    }
}
#pragma GCC diagnostic pop
