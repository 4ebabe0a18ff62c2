// SPDX-License-Identifier: MIT
//
// The binary heap is the usual one (Williams 1964). An entry is a pair of words, item and number; the
// number decides among equals, so that the oldest comes first. The sorted list has the least item
// last, so that taking one is cheap.
#include "sync/store.h"

#include "object/error.h"
#include "object/operate.h"
#include "sync/order.h"

enum { LEAST_CAPACITY = 8 };

static size_t words_of(const Queue *queue, size_t items) {
    return queue->order == QUEUE_PRIORITY ? items * 2 : items;
}

static Buffer *buffer_for(LocalHeap *heap, size_t words) {
    Buffer *buffer = heap_alloc(heap, KIND_BUFFER, sizeof *buffer + words * sizeof(Slot));
    buffer->capacity = words;
    return buffer;
}

static Slot *ring_slot(const Queue *queue, size_t index) {
    return &queue->items->slots[(queue->head + index) & (queue->items->capacity - 1)];
}

// --- room ---

// The new buffer starts with the oldest item, whatever the order.
static void move_items(Queue *queue, Buffer *to) {
    size_t length = load_relaxed(&queue->length), words = words_of(queue, length);
    for (size_t i = 0; i < words; i++) {
        Slot *from = queue->order == QUEUE_FIFO ? ring_slot(queue, i) : &queue->items->slots[i];
        slot_set(&to->slots[i], slot_get(from));
    }
    queue->head = 0;
}

static bool store_has_room(const Queue *queue) {
    size_t have = queue->items ? queue->items->capacity : 0;
    return words_of(queue, load_relaxed(&queue->length) + 1) <= have;
}

bool store_ensure(LocalHeap *heap, Queue *queue) {
    if (store_has_room(queue))
        return true;
    size_t have = queue->items ? queue->items->capacity : 0;
    size_t words = have ? have * 2 : LEAST_CAPACITY;
    if (!heap_has_room(heap, words * sizeof(Slot)))
        return false;
    Buffer *buffer = buffer_for(heap, words);
    if (have)
        move_items(queue, buffer);
    queue->items = buffer;
    return true;
}

void store_add(Queue *queue, Value item) {
    size_t length = load_relaxed(&queue->length);
    slot_set(queue->order == QUEUE_FIFO ? ring_slot(queue, length) : &queue->items->slots[length],
             item);
    store_release(&queue->length, length + 1);
}

// --- priority ---

typedef struct Entry {
    Value item, number;
} Entry;

static Entry entry_get(const Queue *queue, size_t i) {
    Slot *pair = &queue->items->slots[2 * i];
    return (Entry){slot_get(pair), slot_get(pair + 1)};
}

static void entry_set(Queue *queue, size_t i, Entry entry) {
    Slot *pair = &queue->items->slots[2 * i];
    slot_set(pair, entry.item);
    slot_set(pair + 1, entry.number);
}

static bool comes_before(Entry a, Entry b) {
    int order = order_of(a.item, b.item);
    if (order == 0 || order == ORDER_UNKNOWN)
        return value_to_int(a.number) < value_to_int(b.number);
    return order < 0;
}

static void sift_up(Queue *queue, size_t i, Entry entry) {
    while (i > 0) {
        size_t parent = (i - 1) / 2;
        Entry above = entry_get(queue, parent);
        if (!comes_before(entry, above))
            break;
        entry_set(queue, i, above);
        i = parent;
    }
    entry_set(queue, i, entry);
}

static void sift_down(Queue *queue, size_t length, Entry entry) {
    size_t i = 0, child;
    while ((child = 2 * i + 1) < length) {
        if (child + 1 < length &&
            comes_before(entry_get(queue, child + 1), entry_get(queue, child)))
            child++;
        Entry below = entry_get(queue, child);
        if (!comes_before(below, entry))
            break;
        entry_set(queue, i, below);
        i = child;
    }
    entry_set(queue, i, entry);
}

// Can C compare the item with each entry that it would be compared with on its way up?
static bool comparable(const Queue *queue, Value item, size_t i) {
    while (i > 0) {
        i = (i - 1) / 2;
        int order = order_of(item, entry_get(queue, i).item);
        if (order == ORDER_UNKNOWN)
            return false;
        if (order >= 0)
            return true;
    }
    return true;
}

// Takes the least again and again, into the places that get free at the end: the least comes last
// when the whole is turned round.
static void heap_to_list(Queue *queue) {
    size_t length = load_relaxed(&queue->length);
    for (size_t end = length; end > 1; end--) {
        Entry least = entry_get(queue, 0), last = entry_get(queue, end - 1);
        sift_down(queue, end - 1, last);
        entry_set(queue, end - 1, least);
    }
    queue->sorted = true; // the least went to the highest free place first: it is last
}

static void insert_sorted(Queue *queue, size_t position, Entry entry) {
    for (size_t i = load_relaxed(&queue->length); i > position; i--)
        entry_set(queue, i, entry_get(queue, i - 1));
    entry_set(queue, position, entry);
}

bool store_add_ordered(Queue *queue, Value item, const Plan *plan) {
    size_t length = load_relaxed(&queue->length);
    bool planned = plan->made && plan->version == queue->version;
    if (length == 0)
        queue->sorted = false;
    if (length > 0 && (queue->sorted || !comparable(queue, item, length))) {
        if (!planned)
            return false;
        if (!queue->sorted) {
            heap_to_list(queue);
            queue->version++;
            return false; // the plan was to sort
        }
    }
    Entry entry = {item, value_from_int((int64_t)queue->sequence++)};
    if (queue->sorted)
        insert_sorted(queue, plan->position, entry);
    else
        sift_up(queue, length, entry);
    queue->version++;
    store_release(&queue->length, length + 1);
    return true;
}

static Value take_ordered(Queue *queue, size_t length) {
    Entry last = entry_get(queue, length - 1);
    entry_set(queue, length - 1, (Entry){VALUE_UNDEF, VALUE_UNDEF});
    queue->version++;
    if (queue->sorted || length == 1)
        return last.item;
    Value least = entry_get(queue, 0).item;
    sift_down(queue, length - 1, last);
    return least;
}

Value store_take(Queue *queue) {
    size_t length = load_relaxed(&queue->length) - 1;
    Value item;
    if (queue->order == QUEUE_PRIORITY) {
        item = take_ordered(queue, length + 1);
    } else {
        Slot *slot =
            queue->order == QUEUE_FIFO ? ring_slot(queue, 0) : &queue->items->slots[length];
        item = slot_get(slot);
        slot_set(slot, VALUE_UNDEF);
        if (queue->order == QUEUE_FIFO)
            queue->head = (queue->head + 1) & (queue->items->capacity - 1);
    }
    store_release(&queue->length, length);
    return item;
}

// --- plans ---

// Entry `i` if the queue is still at `version`, else UNDEF.
static Value entry_at_version(Fiber *fiber, Queue *queue, uint64_t version, size_t i) {
    bool locked = shared_lock(fiber, &queue->header);
    Value item = queue->version == version ? entry_get(queue, i).item : VALUE_UNDEF;
    shared_unlock(&queue->header, locked);
    return item;
}

// The first entry before which nothing is due later than the new item: everything before the place
// is greater. UNDEF in args[2] where the queue has changed: the plan will not hold.
bool store_plan(Fiber *fiber, Queue *queue, Value *args, Plan *plan) {
    bool locked = shared_lock(fiber, &queue->header);
    *plan = (Plan){.made = true, .version = queue->version};
    size_t low = 0, high = load_relaxed(&queue->length);
    plan->sort = !queue->sorted;
    shared_unlock(&queue->header, locked);
    if (plan->sort && high > 1)
        high = 1; // one comparison, which says whether it can be compared at all
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool less;
        args[2] = entry_at_version(fiber, queue, plan->version, middle);
        if (args[2] == VALUE_UNDEF)
            return true;
        if (!value_less(fiber, args[1], args[2], "<", &less))
            return false;
        if (less)
            low = middle + 1;
        else
            high = middle;
    }
    plan->position = low;
    return true;
}
