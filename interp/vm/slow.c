// SPDX-License-Identifier: MIT
//
// The general case of each instruction: all that the run loop does not do in a few lines itself. It is kept
// apart so that the loop stays small enough for the compiler to keep its state in registers. Registers that
// these functions get are those of the running frame, which the collector sees; a plain C local that has
// to live on while script code runs is put there, or among the fiber's roots.
#include "vm/slow.h"

#include "base/text.h"
#include "base/translate.h"
#include "object/error.h"
#include "object/integer_limbs.h"
#include "object/iterate.h"
#include "object/list.h"
#include "object/map.h"
#include "object/module.h"
#include "object/str.h"
#include "vm/hint.h"
#include "vm/unit.h"

// --- operators ---

static bool compare_numbers(Comparison how, int order) {
    if (order == 2)
        return false; // NaN
    switch (how) {
    case COMPARE_LESS: return order < 0;
    case COMPARE_LESS_EQUAL: return order <= 0;
    case COMPARE_GREATER: return order > 0;
    default: return order >= 0;
    }
}

bool slow_compare(Fiber *fiber, Comparison how, Value a, Value b, bool *out) {
    static const char *const symbols[] = {"<", "<=", ">", ">="};
    if (value_is_number(a) && value_is_number(b)) {
        *out = compare_numbers(how, number_compare(a, b));
        return true;
    }
    if (value_compare(fiber, a, b, symbols[how], out))
        return true;
    if (a == VALUE_NIL || b == VALUE_NIL)
        hint_operands(fiber, a, b, false);
    return false;
}

static Value operate_unlike(Fiber *fiber, Operator op, Value a, Value b) {
    Value v = value_operate(fiber, op, a, b);
    if (v == VALUE_UNDEF)
        hint_operands(fiber, a, b, op == OPERATOR_ADD);
    return v;
}

Value slow_operate(Fiber *fiber, Operator op, Value a, Value b) {
    Value v = number_operate_short(fiber->heap, op, a, b);
    if (v != VALUE_UNDEF)
        return v;
    if (!value_is_number(a) || !value_is_number(b))
        return operate_unlike(fiber, op, a, b);
    v = number_operate(fiber, op, a, b);
    if (v == VALUE_UNDEF && op != OPERATOR_POW)
        hint_divisor(fiber, b);
    return v;
}

// The instructions of such a chain (code/expression.c, expect_wide). False where it is none, the right side is no
// small int, the result no word or an error.
static inline bool wide_add(int64_t x, Value y, int64_t *out) {
    return value_is_int(y) && !__builtin_add_overflow(x, value_to_int(y), out);
}
static inline bool wide_sub(int64_t x, Value y, int64_t *out) {
    return value_is_int(y) && !__builtin_sub_overflow(x, value_to_int(y), out);
}
static inline bool wide_mod(int64_t x, Value y, int64_t *out) {
    return value_is_int(y) && value_to_int(y) > 0 && word_mod(x, value_to_int(y), out);
}
static inline bool wide_floordiv(int64_t x, Value y, int64_t *out) {
    return value_is_int(y) && value_to_int(y) > 0 && word_floordiv(x, value_to_int(y), out);
}
static inline bool wide_shr(int64_t x, Value y, int64_t *out) {
    uint64_t count = (uint64_t)value_to_int(y);
    *out = x >> (count & 63);
    return value_is_int(y) && count < 64;
}
static inline bool wide_or(int64_t x, Value y, int64_t *out) {
    *out = x | value_to_int(y);
    return value_is_int(y);
}
static inline bool wide_xor(int64_t x, Value y, int64_t *out) {
    *out = x ^ value_to_int(y);
    return value_is_int(y);
}
static inline bool wide_and(int64_t x, Value y, int64_t *out) {
    *out = x & value_to_int(y);
    return value_is_int(y);
}

// Register r holds x.
static inline bool operate_wide(const Proto *proto, const Value *base, uint32_t instruction,
                                uint32_t r, int64_t x, int64_t *out) {
    uint32_t b = word_b(instruction), c = word_c(instruction);
    Opcode op = word_op(instruction);
    if (b != r) // it may be on the right
        return c == r && (op == OP_ADD      ? wide_add(x, base[b], out)
                          : op == OP_BIT_OR ? wide_or(x, base[b], out)
                                            : op == OP_BIT_XOR && wide_xor(x, base[b], out));
    switch (op) {
    case OP_ADD_INT: return wide_add(x, value_from_int(word_sc(instruction)), out);
    case OP_ADD_CONST: return wide_add(x, proto->constants[c], out);
    case OP_SUB_CONST: return wide_sub(x, proto->constants[c], out);
    case OP_MOD_CONST: return wide_mod(x, proto->constants[c], out);
    case OP_BIT_AND_CONST: return wide_and(x, proto->constants[c], out);
    case OP_FLOORDIV_CONST: return wide_floordiv(x, proto->constants[c], out);
    case OP_SHIFT_RIGHT_CONST: return wide_shr(x, proto->constants[c], out);
    case OP_ADD: return wide_add(x, base[c], out);
    case OP_SUB: return wide_sub(x, base[c], out);
    case OP_MOD: return wide_mod(x, base[c], out);
    case OP_BIT_AND: return wide_and(x, base[c], out);
    case OP_BIT_OR: return wide_or(x, base[c], out);
    case OP_BIT_XOR: return wide_xor(x, base[c], out);
    case OP_FLOORDIV: return wide_floordiv(x, base[c], out);
    case OP_SHIFT_RIGHT: return wide_shr(x, base[c], out);
    default: return false;
    }
}

static bool begin_wide(Operator op, int64_t x, int64_t y, int64_t *out) {
    if (op == OPERATOR_MUL)
        return !__builtin_mul_overflow(x, y, out);
    return y >= 0 && y < 63 && !__builtin_mul_overflow(x, (int64_t)1 << y, out);
}

const uint32_t *slow_wide(Fiber *fiber, const Proto *proto, Value *base, Operator op, uint32_t r,
                          Value x, Value y) {
    const uint32_t *pc = fiber->pc;
    int64_t wide = 0, next = 0;
    if (!begin_wide(op, value_to_int(x), value_to_int(y), &wide))
        return NULL;
    for (; !int_fits_value(wide); wide = next) {
        if (!operate_wide(proto, base, *pc, r, wide, &next)) {
            base[r] = integer_from_int64(fiber->heap, wide);
            return pc;
        }
        r = word_a(*pc++);
    }
    base[r] = value_from_int(wide);
    return pc;
}

Value slow_in_place(Fiber *fiber, Operator op, Value a, Value b) {
    if (value_is_number(a) && value_is_number(b))
        return slow_operate(fiber, op, a, b);
    Value v = value_operate_in_place(fiber, op, a, b);
    if (v == VALUE_UNDEF)
        hint_operands(fiber, a, b, op == OPERATOR_ADD);
    return v;
}

Value slow_is(Fiber *fiber, Value v, Value of) {
    if (value_is_kind(of, KIND_CLASS))
        return value_from_bool(
            v == of || value_is_instance_of(fiber_runtime(fiber), v, (Class *)value_to_ref(of)));
    return value_from_bool(v == of);
}

Value slow_negate(Fiber *fiber, Value v) {
    if (value_is_number(v))
        return number_negate(fiber, v);
    return throw_type(fiber, "bad operand type for unary -: '%s'",
                      value_type_name(fiber_runtime(fiber), v));
}

Value slow_plus(Fiber *fiber, Value v) {
    if (value_is_bool(v))
        return value_from_int(v == VALUE_TRUE);
    if (value_is_number(v))
        return v;
    return throw_type(fiber, "bad operand type for unary +: '%s'",
                      value_type_name(fiber_runtime(fiber), v));
}

Value slow_bit_not(Fiber *fiber, Value v) {
    if (value_is_bool(v))
        v = value_from_int(v == VALUE_TRUE);
    if (value_is_integer(v))
        return integer_not(fiber, v);
    return throw_type(fiber, "bad operand type for unary ~: '%s'",
                      value_type_name(fiber_runtime(fiber), v));
}

// --- members ---

// Free words above the newest frame, for the window of a getter or setter.
static Value *scratch_window(Fiber *fiber) {
    const Frame *frame = &fiber->frames[fiber->frame_count - 1];
    return frame->base + frame->closure->proto->register_count;
}

static Entered run_getter(Fiber *fiber, Value function, Value receiver, Value *result) {
    Value *window = scratch_window(fiber);
    window[0] = receiver;
    Entered entered = call_method(fiber, function, window, 0, NULL, CALL_PLAIN, result);
    if (entered == ENTERED_FRAME)
        fiber->frames[fiber->frame_count - 1].result = result;
    return entered;
}

static Entered give_found(Fiber *fiber, Found found, Value receiver, LoadedSite *site,
                          Value *result) {
    switch (found.kind) {
    case FOUND_VALUE: *result = found.value; return ENTERED_VALUE;
    case FOUND_METHOD:
        *result = value_from_ref(bound_new(fiber->heap, receiver, found.value));
        return ENTERED_VALUE;
    case FOUND_GETTER: return run_getter(fiber, found.value, receiver, result);
    default: member_missing(fiber, receiver, site->name); return ENTERED_ERROR;
    }
}

Entered slow_get_field(Fiber *fiber, Value receiver, LoadedSite *site, Value *result) {
    return give_found(fiber, member_find(fiber, receiver, site), receiver, site, result);
}

static Entered missing_super(Fiber *fiber, const Class *home, const Str *name) {
    throw_error(fiber, ERROR_AttributeError, "'super' object has no attribute '%s'",
                str_data(name));
    if (home && home->base)
        hint_method(fiber, home->base, name);
    return ENTERED_ERROR;
}

Entered slow_get_super(Fiber *fiber, Class *home, Value self, LoadedSite *site, Value *result) {
    Found found = member_find_super(home, site);
    if (found.kind == FOUND_NONE)
        return missing_super(fiber, home, site->name);
    return give_found(fiber, found, self, site, result);
}

static Entered run_setter(Fiber *fiber, Value setter, Value receiver, Value v) {
    Value *window = scratch_window(fiber), ignored;
    window[0] = receiver;
    window[1] = v;
    Entered entered = call_method(fiber, setter, window, 1, NULL, CALL_PLAIN, &ignored);
    if (entered == ENTERED_FRAME)
        fiber->frames[fiber->frame_count - 1].flags |= FRAME_DISCARD;
    return entered;
}

Entered slow_set_field(Fiber *fiber, Value receiver, LoadedSite *site, Value v) {
    Value setter = member_setter(fiber, receiver, site->name);
    if (setter != VALUE_UNDEF)
        return run_setter(fiber, setter, receiver, v);
    return member_store(fiber, receiver, site, v) ? ENTERED_VALUE : ENTERED_ERROR;
}

Entered slow_set_super(Fiber *fiber, Class *home, Value self, LoadedSite *site, Value v) {
    int index = home && home->base ? class_find(home->base, site->name, true) : -1;
    if (index >= 0)
        return run_setter(fiber, home->base->members[index].function, self, v);
    return member_store(fiber, self, site, v) ? ENTERED_VALUE : ENTERED_ERROR;
}

Entered slow_invoke(Fiber *fiber, Value *window, int count, LoadedSite *site,
                    const LoadedLabels *labels, uint32_t mode) {
    Value receiver = window[0];
    Found found = member_find(fiber, receiver, site);
    if (found.kind == FOUND_METHOD)
        return call_method(fiber, found.value, window, count, labels, mode, window);
    if (found.kind == FOUND_NONE) {
        member_missing(fiber, receiver, site->name);
        return ENTERED_ERROR;
    }
    if (found.kind == FOUND_GETTER) {
        found.value = vm_call_method(fiber, found.value, receiver, NULL, 0);
        if (found.value == VALUE_UNDEF)
            return ENTERED_ERROR;
    }
    window[0] = found.value;
    return call_enter(fiber, window, count, labels, mode, window);
}

Entered slow_invoke_super(Fiber *fiber, Class *home, Value *window, int count, LoadedSite *site,
                          const LoadedLabels *labels, uint32_t mode) {
    Found found = member_find_super(home, site);
    if (found.kind == FOUND_METHOD)
        return call_method(fiber, found.value, window, count, labels, mode, window);
    // As in Python, a class without a base (or whose bases have no init) can still say super.init().
    if (found.kind == FOUND_NONE && site->name == fiber_runtime(fiber)->names[NAME_init] &&
        count == 0 && mode != CALL_CASE) {
        window[0] = VALUE_NIL;
        return ENTERED_VALUE;
    }
    if (found.kind != FOUND_VALUE)
        return missing_super(fiber, home, site->name);
    window[0] = found.value;
    return call_enter(fiber, window, count, labels, mode, window);
}

// --- elements ---

Value slow_get_index(Fiber *fiber, Value container, Value index) {
    Value v = value_index(fiber, container, index);
    if (v != VALUE_UNDEF)
        return v;
    if (error_is(fiber, ERROR_TypeError) && !value_is_str(container))
        hint_operand(fiber, container);
    hint_index(fiber, container, index);
    return v;
}

// --- calls with a spread list ---

Entered slow_call_spread(Fiber *fiber, Value *window, const LoadedLabels *labels, uint32_t mode) {
    List *positional = value_to_list(window[1]);
    size_t count = list_length(positional), labelled = labels ? labels->count : 0;
    enum { MOST = 100000 };
    if (count > MOST) {
        throw_value(fiber, "too many arguments: %zu spread (at most %d)", count, MOST);
        return ENTERED_ERROR;
    }
    Value kept[256];
    memcpy(kept, window + 2, labelled * sizeof(Value));
    bool starts = (mode & CALL_MODE) >= CALL_SPAWN;
    // The arguments may need more room than the frame has.
    Value *wide = fiber_reserve(fiber, scratch_window(fiber), count + labelled + 2 * WINDOW_SLACK);
    if (!wide) {
        throw_error(fiber, ERROR_RecursionError, "maximum recursion depth exceeded");
        return ENTERED_ERROR;
    }
    bool fresh = wide != scratch_window(fiber);
    wide[0] = window[0];
    for (size_t i = 0; i < count; i++) {
        Value v = list_get(positional, i);
        wide[i + 1] = v == VALUE_UNDEF ? VALUE_NIL : v;
    }
    memcpy(wide + 1 + count, kept, labelled * sizeof(Value));
    int total = (int)(count + labelled);
    if (labelled == 0)
        labels = NULL;
    Value *saved = fiber->native_top;
    fiber->native_top = wide + total + WINDOW_SLACK;
    Entered entered;
    if (starts) {
        Value handle = call_start(fiber, wide, total, labels, mode);
        *window = handle;
        entered = handle == VALUE_UNDEF ? ENTERED_ERROR : ENTERED_VALUE;
    } else {
        entered = call_enter(fiber, wide, total, labels, mode & CALL_MODE, window);
    }
    fiber->native_top = saved;
    if (entered == ENTERED_FRAME) {
        Frame *frame = &fiber->frames[fiber->frame_count - 1];
        frame->result = window;
        frame->first_in_segment |= fresh;
        return entered;
    }
    if (entered != ENTERED_PARKED)
        segments_release(fiber, window);
    return entered;
}

// --- building ---

Value slow_closure(Fiber *fiber, Closure *parent, Proto *proto, Value *base) {
    Closure *closure = closure_new(fiber->heap, proto, proto->capture_count);
    closure->home = parent->home;
    for (uint32_t i = 0; i < proto->capture_count; i++) {
        const Capture *capture = &proto->code->captures[i];
        closure->captures[i] =
            capture->from_capture ? parent->captures[capture->index] : base[capture->index];
    }
    return value_from_ref(closure);
}

static bool base_is_fit(Fiber *fiber, Value base) {
    if (base == VALUE_UNDEF)
        return true;
    if (!value_is_kind(base, KIND_CLASS)) {
        throw_type(fiber, "a class can only extend a class, not '%s'",
                   value_type_name(fiber_runtime(fiber), base));
        return false;
    }
    const Class *c = (Class *)value_to_ref(base);
    if (c->construct == VALUE_UNDEF || c->payload_base)
        return true;
    throw_type(fiber, "type '%s' is not an acceptable base type", str_data(c->name));
    return false;
}

Value slow_class(Fiber *fiber, const LoadedPlan *plan, Value *window) {
    static const MemberKind kinds[] = {[PLAN_METHOD] = MEMBER_METHOD,
                                       [PLAN_GETTER] = MEMBER_GETTER,
                                       [PLAN_SETTER] = MEMBER_SETTER,
                                       [PLAN_STATIC] = MEMBER_STATIC};
    if (!base_is_fit(fiber, window[0]))
        return VALUE_UNDEF;
    MemberSpec members[CODE_MAX_REGISTERS];
    for (uint32_t i = 0; i < plan->count; i++)
        members[i] = (MemberSpec){plan->names[i], kinds[plan->kinds[i]], window[i + 1]};
    Class *base = window[0] == VALUE_UNDEF ? NULL : (Class *)value_to_ref(window[0]);
    return value_from_ref(
        class_new(fiber_runtime(fiber), fiber->heap, plan->name, base, members, plan->count));
}

// How many bytes an integer takes in decimal.
static size_t integer_width(int64_t i) {
    size_t width = i < 0 ? 2 : 1;
    for (i /= 10; i != 0; i /= 10)
        width++;
    return width;
}

static char *write_integer(char *at, int64_t i) {
    char digits[INTEGER_DIGITS];
    size_t size = integer_digits(i, digits);
    memcpy(at, digits, size);
    return at + size;
}

static bool grows(Value v) {
    if (!value_is_str(v))
        return false;
    const Str *s = value_to_str(v);
    return s->size >= STR_LONG && (s->header.flags & (STR_JOINED | STR_STORED));
}

Value slow_concat(Fiber *fiber, const Value *parts, uint32_t count) {
    if (count > 1 && grows(parts[0])) { // "${text}more": as + has it
        Value rest = slow_concat(fiber, parts + 1, count - 1);
        return rest == VALUE_UNDEF ? rest
                                   : str_concat(fiber, value_to_str(parts[0]), value_to_str(rest));
    }
    size_t size = 0, surplus = 0; // of bytes over characters
    uint8_t flags = STR_ASCII;
    for (uint32_t i = 0; i < count; i++) {
        if (value_is_int(parts[i])) {
            size += integer_width(value_to_int(parts[i]));
            continue;
        }
        const Str *s = value_to_str(parts[i]);
        size += s->size;
        surplus += s->size - s->length;
        flags &= s->header.flags;
    }
    if (size > HEAP_LARGE && !heap_has_room(fiber->heap, size))
        return throw_memory(fiber, size);
    Str *whole = str_reserve(fiber->heap, size);
    whole->length = size - surplus;
    whole->header.flags |= flags | STR_JOINED;
    char *at = whole->own;
    for (uint32_t i = 0; i < count; i++) {
        if (value_is_int(parts[i])) {
            at = write_integer(at, value_to_int(parts[i]));
            continue;
        }
        const Str *s = value_to_str(parts[i]);
        memcpy(at, str_data(s), s->size);
        at += s->size;
    }
    return value_from_ref(whole);
}

Value slow_format(Fiber *fiber, Value v, Value spec) {
    if (spec == VALUE_UNDEF)
        return value_to_str_value(fiber, v);
    Text text = {0};
    const Str *s = value_to_str(spec);
    Value result = VALUE_UNDEF;
    if (value_format(fiber, v, str_data(s), s->size, &text))
        result = value_from_ref(str_from_text(fiber->heap, &text));
    text_free(&text);
    return result;
}

static bool wrong_count(Fiber *fiber, size_t want, size_t have, bool at_least) {
    if (have < want)
        throw_value(fiber, "not enough values to unpack (expected %s%zu, got %zu)",
                    at_least ? translate("at least ") : "", want, have);
    else
        throw_value(fiber, "too many values to unpack (expected %zu)", want);
    return false;
}

static List *unpack_list(Fiber *fiber, Value from, Value *keep) {
    if (value_is_list(from))
        return value_to_list(from);
    if (!value_is_kind(from, KIND_STR) && !value_is_ref(from)) {
        throw_type(fiber, "cannot unpack non-iterable %s object",
                   value_type_name(fiber_runtime(fiber), from));
        return NULL;
    }
    *keep = iterate_to_list(fiber, from);
    return *keep == VALUE_UNDEF ? NULL : value_to_list(*keep);
}

bool slow_for_range(Fiber *fiber, Value *row, uint32_t given, bool bounds_only) {
    const Value zero = value_from_int(0), one = value_from_int(1);
    bool counts = bounds_only || row[0] == value_from_ref(fiber_runtime(fiber)->types[TYPE_RANGE]);
    Value start = given == 1 ? zero : row[1], stop = row[given == 1 ? 1 : 2];
    if (counts && iterate_count(start, stop, given == 3 ? row[3] : one, row))
        return true;
    if (bounds_only)
        row[0] = VALUE_NIL;
    if (given == 1)
        row[2] = VALUE_NIL;
    return false;
}

bool slow_unpack(Fiber *fiber, Value from, Value *targets, uint32_t count) {
    Value kept;
    List *list = unpack_list(fiber, from, &kept);
    if (!list)
        return false;
    size_t have = list_length(list);
    if (have != count)
        return wrong_count(fiber, count, have, false);
    for (uint32_t i = 0; i < count; i++) {
        Value v = list_get(list, i);
        targets[i] = v == VALUE_UNDEF ? VALUE_NIL : v; // taken out meanwhile by another thread
    }
    return true;
}

bool slow_unpack_rest(Fiber *fiber, Value from, Value *targets, uint32_t count, uint32_t before) {
    Value kept;
    List *list = unpack_list(fiber, from, &kept);
    if (!list)
        return false;
    List *copy = list_copy(fiber, list);
    if (!copy)
        return false;
    size_t have = list_length(copy), fixed = count - 1;
    if (have < fixed)
        return wrong_count(fiber, fixed, have, true);
    size_t rest = have - fixed;
    List *middle = list_slice(fiber, copy, before, before + rest);
    if (!middle)
        return false;
    for (uint32_t i = 0; i < before; i++)
        targets[i] = list_get(copy, i);
    targets[before] = value_from_ref(middle);
    for (uint32_t i = before + 1; i < count; i++)
        targets[i] = list_get(copy, i - 1 + rest);
    return true;
}

bool slow_extend(Fiber *fiber, Value list, Value from) {
    Value more = iterate_to_list(fiber, from);
    if (more == VALUE_UNDEF)
        return false;
    List *source = value_to_list(more);
    for (size_t i = 0; i < list_length(source); i++)
        if (!list_append(fiber, value_to_list(list), list_get(source, i)))
            return false;
    return true;
}

// By address: heap objects do not move, so it is one order for all threads.
bool slow_lock_order(Fiber *fiber, Value *locks, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        Value v = locks[i];
        uint32_t k = i;
        for (; k > 0 && locks[k - 1] > v; k--)
            locks[k] = locks[k - 1];
        locks[k] = v;
    }
    for (uint32_t i = 1; i < count; i++) {
        if (locks[i] != locks[i - 1])
            continue;
        throw_error(fiber, ERROR_DeadlockError, "the same lock is named twice");
        return false;
    }
    return true;
}

// --- errors ---

void slow_throw(Fiber *fiber, Value error) {
    Runtime *runtime = fiber_runtime(fiber);
    if (value_is_kind(error, KIND_CLASS) &&
        class_extends((Class *)value_to_ref(error), runtime->errors[ERROR_BaseError])) {
        error = vm_call(fiber, error, NULL, 0); // `throw ValueError`, as in Python
        if (error == VALUE_UNDEF)
            return;
    }
    if (value_is_error(runtime, error))
        throw_instance(fiber, error);
    else {
        throw_type(fiber, "only errors can be thrown, not '%s'", value_type_name(runtime, error));
        hint_thrown(fiber, error);
    }
}

static void name_error(Fiber *fiber, const Proto *proto, CodeName name, uint32_t declared) {
    throw_error(fiber, ERROR_NameError, "name '%.*s' is used before its `let` has run",
                (int)name.size, name.text);
    note_declared(fiber, proto, name, declared);
}

void slow_global_error(Fiber *fiber, const Proto *proto, uint32_t slot) {
    const ModuleCode *code = proto->unit->code;
    const Str *name = proto->module->names[slot];
    bool here = slot < code->global_count; // else it is of a later input of the REPL
    name_error(fiber, proto, (CodeName){str_data(name), (uint32_t)name->size},
               here ? code->declared[slot] : DECLARED_ELSEWHERE);
}

void slow_name_error(Fiber *fiber, const Proto *proto, uint32_t name, uint32_t declared) {
    const Constant *constants = proto->code->constants;
    name_error(fiber, proto, (CodeName){constants[name].text, (uint32_t)constants[name].size},
               (uint32_t)constants[declared].integer);
}

void slow_cell_error(Fiber *fiber, const Proto *proto, uint32_t index, bool capture) {
    if (capture) {
        const Capture *captured = &proto->code->captures[index];
        name_error(fiber, proto, captured->name, captured->declared);
        return;
    }
    const Local *local = code_local(proto->code, index, (uint32_t)(fiber->pc - 1 - proto->words));
    if (local)
        name_error(fiber, proto, local->name, local->declared);
    else
        name_error(fiber, proto, (CodeName){"?", 1}, DECLARED_ELSEWHERE);
}
