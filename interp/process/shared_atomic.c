// SPDX-License-Identifier: MIT
//
// Atomics between processes. Every step is the same: look, make the new value, and swap it in if the word
// is still what it was. A packed value is read and written under the area's mutex: writing goes to the
// place that the word does not name, so whoever is killed in between has changed nothing.
#include "process/shared_atomic.h"

#include <errno.h>

#include "base/os.h"
#include "object/error.h"
#include "object/operate.h"
#include "process/message.h"

enum { FIRST_VERSION = 1 << 16, LARGE = 1 << 16 };
static const size_t PLACE_LEAST = (size_t)1 << 16, PLACE_MOST = (size_t)1 << 30;

// In the area's cell.
typedef struct AtomicCell {
    _Atomic uint64_t word;
    uint64_t version; // of the newest packed value
} AtomicCell;

// A value for the area, or from it: where the word is no number, its bytes.
typedef struct Packed {
    uint64_t word;
    Text bytes;
} Packed;

const Kind shared_atomic_kind = {"Atomic", shared_trace, shared_finalize};

static Shared *shared_of(const Value *args) { return (Shared *)value_to_ref(args[0]); }
static AtomicCell *cell_of(const Shared *shared) { return area_cell(shared->area); }

static size_t place_bytes(const Shared *shared) { return shared->area->data_bytes / 2; }
// Starts with the number of bytes that follow.
static char *place_at(const Shared *shared, uint64_t number) {
    return area_data(shared->area) + (number & 1) * place_bytes(shared);
}

static void attend(const Family *family, Shared *shared) {
    (void)family;
    (void)shared;
}

// --- packing ---

static bool pack(Fiber *fiber, const Shared *shared, Value v, Packed *out) {
    *out = (Packed){.word = v};
    if (!value_is_ref(v))
        return true;
    uint32_t limit = family_class_limit(fiber_family(fiber), shared->area->birth);
    if (!message_pack(fiber, v, limit, &out->bytes))
        return false;
    size_t room = place_bytes(shared) - sizeof(uint64_t);
    if (out->bytes.length <= room && heap_has_room(fiber->heap, out->bytes.length))
        return true;
    throw_memory(fiber, out->bytes.length);
    text_free(&out->bytes);
    return false;
}

// UNDEF with the error. S.
static Value unpack(Fiber *fiber, Packed *packed) {
    Value v = packed->word;
    if (!value_is_ref(v))
        return v;
    if (message_unpack(fiber, packed->bytes.data, packed->bytes.length, &v) == MESSAGE_MALFORMED)
        v = throw_runtime(fiber, "the value of a shared Atomic is damaged");
    text_free(&packed->bytes);
    return fiber->error == VALUE_UNDEF ? v : VALUE_UNDEF;
}

// --- looking and swapping ---

static void copy_bytes(const Shared *shared, uint64_t word, Text *out) {
    const char *place = place_at(shared, word);
    uint64_t size;
    memcpy(&size, place, sizeof size);
    text_append(out, place + sizeof size, size);
}

static void look(Fiber *fiber, Shared *shared, Packed *out) {
    *out = (Packed){.word = load_acquire(&cell_of(shared)->word)};
    if (!value_is_ref(out->word))
        return;
    shared_hold(fiber, shared);
    out->word = load_acquire(&cell_of(shared)->word);
    if (value_is_ref(out->word))
        copy_bytes(shared, out->word, &out->bytes);
    shared_release(fiber, shared, NULL);
}

// Under the mutex. The place that is left is of no use any more.
static bool put_bytes(const Shared *shared, uint64_t old, const Text *bytes) {
    AtomicCell *cell = cell_of(shared);
    uint64_t number = ++cell->version << 1 | (value_is_ref(old) ? ~old & 1 : 0);
    char *place = place_at(shared, number), *left = place_at(shared, ~number);
    uint64_t size = bytes->length, before;
    memcpy(place, &size, sizeof size);
    memcpy(place + sizeof size, bytes->data, bytes->length);
    if (!cas_acq_rel(&cell->word, &old, number))
        return false;
    memcpy(&before, left, sizeof before);
    if (before >= LARGE)
        os_shared_discard(left, (before + sizeof before + AREA_PAGE - 1) / AREA_PAGE * AREA_PAGE);
    return true;
}

// Stores the new value if the word is `old` still.
static bool swap_in(Fiber *fiber, Shared *shared, uint64_t old, const Packed *new) {
    if (!value_is_ref(new->word))
        return cas_acq_rel(&cell_of(shared)->word, &old, new->word);
    shared_hold(fiber, shared);
    bool same = load_acquire(&cell_of(shared)->word) == old;
    bool ok = same && put_bytes(shared, old, &new->bytes);
    shared_release(fiber, shared, NULL);
    return ok;
}

// --- the steps ---

Value shared_atomic_new(Fiber *fiber, Value v) {
    Area *area = shared_area(fiber, 0, 2 * PLACE_LEAST, 2 * PLACE_MOST);
    if (!area)
        return VALUE_UNDEF;
    SharedAtomic *atomic = heap_alloc(fiber->heap, KIND_SHARED_ATOMIC, sizeof *atomic);
    atomic->shared.area = area;
    atomic->shared.attend = attend;
    AtomicCell *cell = cell_of(&atomic->shared);
    cell->version = FIRST_VERSION;
    store_relaxed(&cell->word, VALUE_NIL);
    Value self = value_from_ref(atomic);
    return shared_atomic_set(fiber, &self, v) ? self : VALUE_UNDEF;
}

Value shared_atomic_get(Fiber *fiber, Value *args) {
    Packed now;
    look(fiber, shared_of(args), &now);
    return unpack(fiber, &now);
}

bool shared_atomic_set(Fiber *fiber, Value *args, Value v) {
    Shared *shared = shared_of(args);
    Packed new;
    if (!pack(fiber, shared, v, &new))
        return false;
    while (!swap_in(fiber, shared, load_acquire(&cell_of(shared)->word), &new)) {
    }
    text_free(&new.bytes);
    return true;
}

Value shared_atomic_swap(Fiber *fiber, Value *args, Value v) {
    Shared *shared = shared_of(args);
    Packed new, old;
    if (!pack(fiber, shared, v, &new))
        return VALUE_UNDEF;
    for (look(fiber, shared, &old); !swap_in(fiber, shared, old.word, &new);
         look(fiber, shared, &old))
        text_free(&old.bytes);
    text_free(&new.bytes);
    return unpack(fiber, &old);
}

static Value sum_of(Fiber *fiber, Value v, Value n) {
    if (value_is_number(v) && value_is_number(n))
        return number_operate(fiber, OPERATOR_ADD, v, n);
    return throw_type(fiber, "an Atomic that holds '%s' cannot add '%s'",
                      value_type_name(fiber_runtime(fiber), v),
                      value_type_name(fiber_runtime(fiber), n));
}

Value shared_atomic_add(Fiber *fiber, Value *args, Value n) {
    Shared *shared = shared_of(args);
    for (;;) {
        Packed old, new;
        look(fiber, shared, &old);
        Value v = unpack(fiber, &old);
        Value sum = v == VALUE_UNDEF ? v : sum_of(fiber, v, n);
        if (sum == VALUE_UNDEF || !pack(fiber, shared, sum, &new))
            return VALUE_UNDEF;
        bool ok = swap_in(fiber, shared, old.word, &new);
        text_free(&new.bytes);
        if (ok)
            return sum;
    }
}

Value shared_atomic_compare_swap(Fiber *fiber, Value *args) {
    Shared *shared = shared_of(args);
    Packed old, new;
    if (!pack(fiber, shared, args[2], &new))
        return VALUE_UNDEF;
    Value answer = VALUE_UNDEF;
    do {
        bool equal;
        look(fiber, shared, &old);
        args[3] = unpack(fiber, &old); // rooted there while it is compared
        if (args[3] == VALUE_UNDEF || !value_equal(fiber, args[3], args[1], &equal))
            break;
        if (!equal)
            answer = VALUE_FALSE;
        else if (swap_in(fiber, shared, old.word, &new))
            answer = VALUE_TRUE;
    } while (answer == VALUE_UNDEF);
    text_free(&new.bytes);
    return answer;
}
