// SPDX-License-Identifier: MIT
//
// Items. Small values go the short way, without a table or an allocation.
#include "process/shared_item.h"

#include <string.h>

#include "object/error.h"
#include "object/root.h"

typedef struct PackedItem {
    Object header; // KIND_OPAQUE
    size_t size;
    char data[];
} PackedItem;

static PackedItem *packed_new(Fiber *fiber, size_t size) {
    PackedItem *packed = heap_alloc(fiber->heap, KIND_OPAQUE, sizeof *packed + size);
    packed->size = size;
    return packed;
}

static bool pack_large(Fiber *fiber, const Shared *shared, Value v, SharedItem *item) {
    uint32_t limit = family_class_limit(fiber_family(fiber), shared->area->birth);
    if (!message_pack(fiber, v, limit, &item->text))
        return false;
    if (!heap_has_room(fiber->heap, item->text.length)) {
        throw_memory(fiber, item->text.length);
        text_free(&item->text);
        return false;
    }
    item->data = item->text.data;
    item->size = item->text.length;
    return true;
}

bool shared_item_pack(Fiber *fiber, const Shared *shared, Value v, SharedItem *item) {
    item->text = (Text){0};
    if (value_is_kind(v, KIND_OPAQUE)) {
        const PackedItem *packed = (PackedItem *)value_to_ref(v);
        item->data = packed->data;
        item->size = packed->size;
        return true;
    }
    item->data = item->small;
    item->size = message_pack_small(v, item->small);
    return item->size > 0 || pack_large(fiber, shared, v, item);
}

Value shared_item_keep(Fiber *fiber, const SharedItem *item, Value v) {
    if (item->text.length == 0)
        return v;
    PackedItem *packed = packed_new(fiber, item->size);
    memcpy(packed->data, item->data, item->size);
    return value_from_ref(packed);
}

void shared_item_free(SharedItem *item) { text_free(&item->text); }

Value shared_item_take(Fiber *fiber, Area *area) {
    size_t size = shared_store_next_size(area);
    if (size <= MESSAGE_SMALL) {
        char small[MESSAGE_SMALL];
        shared_store_take(area, small);
        Value v = message_unpack_small(fiber, small, size);
        if (v != VALUE_UNDEF)
            return v;
        PackedItem *packed = packed_new(fiber, size);
        memcpy(packed->data, small, size);
        return value_from_ref(packed);
    }
    if (!heap_has_room(fiber->heap, size))
        return throw_memory(fiber, size);
    PackedItem *packed = packed_new(fiber, size);
    shared_store_take(area, packed->data);
    return value_from_ref(packed);
}

Value shared_item_unpack(Fiber *fiber, const char *data, size_t size) {
    Value v;
    switch (message_unpack(fiber, data, size, &v)) {
    case MESSAGE_OK: return v;
    case MESSAGE_THREW: return VALUE_UNDEF;
    default: return throw_runtime(fiber, "an item of a shared queue is damaged");
    }
}

// Scripts that run meanwhile may collect: the caller's word is no root.
Value shared_item_open(Fiber *fiber, Value v) {
    if (!value_is_kind(v, KIND_OPAQUE))
        return v;
    const PackedItem *packed = (PackedItem *)value_to_ref(v);
    uint32_t mark = root_mark(fiber);
    root_push(fiber, v);
    Value item = shared_item_unpack(fiber, packed->data, packed->size);
    root_release(fiber, mark);
    return item;
}
