// SPDX-License-Identifier: MIT
//
// The store of a shared queue. Every change is: take a copy of the state (begin), write what is new where
// the state does not lead, and make the copy the state (commit). The index of a priority queue is changed
// in place: what is to be written goes into the journal first, the commit makes the journal valid, and
// whoever comes next writes it again if it is not known to have been written.
//
// The glance that is had without the mutex says more items rather than fewer: it goes up before a commit,
// and down after one.
#include "process/shared_store.h"

#include <string.h>

#include "base/os.h"
#include "process/message.h"

enum { REGION_LEAST = 1 << 16, REGION_KEPT = 1 << 22, JOURNAL = 64, HEADER = 8 };

typedef struct Entry {
    uint64_t at; // of the record, in the region
    uint64_t number;
} Entry;

typedef struct Write {
    uint64_t place;
    Entry entry;
} Write;

// In the area's cell.
typedef struct Store {
    uint64_t order, maxsize;
    _Atomic uint64_t glance; // length << 1 | closed
    _Atomic uint64_t current;
    StoreState states[2];
    Write journal[JOURNAL];
} Store;

_Static_assert(AREA_CELL + sizeof(Store) <= AREA_PAGE,
               "the store's head fits into the area's first page");

static Store *store_of(Area *area) { return area_cell(area); }
static StoreState *state_of(Store *store) { return &store->states[load_relaxed(&store->current)]; }

static bool is_priority(const Store *store) { return store->order == QUEUE_PRIORITY; }

void shared_store_init(Area *area, QueueOrder order, uint64_t maxsize) {
    store_of(area)->order = order;
    store_of(area)->maxsize = maxsize;
}

uint64_t shared_store_maxsize(Area *area) { return store_of(area)->maxsize; }
QueueOrder shared_store_order(Area *area) { return (QueueOrder)store_of(area)->order; }

uint64_t shared_store_glance(Area *area, bool *closed) {
    uint64_t glance = load_acquire(&store_of(area)->glance);
    *closed = glance & 1;
    return glance >> 1;
}

// --- the area's parts ---

// A priority queue has two indices in front, an eighth of the data each.
static size_t index_bytes(const Area *area) { return area->data_bytes / 8 / AREA_PAGE * AREA_PAGE; }

static Entry *index_at(Area *area, uint64_t which) {
    return (Entry *)(void *)(area_data(area) + which * index_bytes(area));
}

static size_t regions_from(Area *area) {
    return is_priority(store_of(area)) ? 2 * index_bytes(area) : 0;
}

static size_t region_size(uint64_t region) { return (size_t)REGION_LEAST << (region >> 1); }

static char *region_at(Area *area, uint64_t region) {
    size_t before = 2 * (region_size(region) - REGION_LEAST);
    return area_data(area) + regions_from(area) + before + (region & 1) * region_size(region);
}

static bool region_exists(Area *area, uint64_t region) {
    return region_at(area, region | 1) + region_size(region) <= area_data(area) + area->data_bytes;
}

// The smallest with room for `bytes`; its pair's first. False: there is none.
static bool region_for(Area *area, size_t bytes, uint64_t *region) {
    *region = 0;
    while (region_exists(area, *region) && region_size(*region) < bytes)
        *region += 2;
    return region_exists(area, *region);
}

static void discard(Area *area, uint64_t region) {
    os_shared_discard(region_at(area, region), region_size(region));
}

// --- states ---

static void write_journal(Area *area, const Store *store, const StoreState *state) {
    Entry *index = index_at(area, state->index);
    for (uint64_t i = 0; i < state->journal; i++)
        index[store->journal[i].place] = store->journal[i].entry;
}

const StoreState *shared_store_state(Area *area) {
    Store *store = store_of(area);
    StoreState *state = state_of(store);
    if (state->journal > 0) {
        write_journal(area, store, state);
        __atomic_store_n(&state->journal, 0, __ATOMIC_RELEASE);
    }
    store_release(&store->glance, state->length << 1 | state->closed);
    return state;
}

static StoreState *begin(Area *area) {
    const StoreState *now = shared_store_state(area);
    Store *store = store_of(area);
    StoreState *next = &store->states[1 - load_relaxed(&store->current)];
    *next = *now;
    return next;
}

static void commit(Area *area, const StoreState *next) {
    Store *store = store_of(area);
    uint64_t glance = next->length << 1 | next->closed;
    if (glance > load_relaxed(&store->glance))
        store_release(&store->glance, glance);
    store_release(&store->current, (uint64_t)(next - store->states));
    shared_store_state(area);
}

// --- bytes in a region; positions count up, the region is their ring ---

static void region_write(Area *area, uint64_t region, uint64_t at, const void *data, size_t size) {
    size_t whole = region_size(region), place = at & (whole - 1), first = whole - place;
    char *base = region_at(area, region);
    if (first > size)
        first = size;
    memcpy(base + place, data, first);
    memcpy(base, (const char *)data + first, size - first);
}

static void region_read(Area *area, uint64_t region, uint64_t at, void *out, size_t size) {
    size_t whole = region_size(region), place = at & (whole - 1), first = whole - place;
    const char *base = region_at(area, region);
    if (first > size)
        first = size;
    memcpy(out, base + place, first);
    memcpy((char *)out + first, base, size - first);
}

// A record is its size and its bytes, in whole words; in a stack the size comes last.
static size_t record_bytes(size_t size) { return HEADER + (size + 7) / 8 * 8; }

static size_t size_at(Area *area, uint64_t region, uint64_t at) {
    uint64_t size;
    region_read(area, region, at, &size, sizeof size);
    return (size_t)size;
}

static void record_write(Area *area, const StoreState *state, const char *data, uint64_t size) {
    bool stack = store_of(area)->order == QUEUE_LIFO;
    uint64_t at = state->tail, end = at + record_bytes(size) - HEADER;
    region_write(area, state->region, stack ? end : at, &size, sizeof size);
    region_write(area, state->region, stack ? at : at + HEADER, data, size);
}

// --- growing ---

// All records of a ring or stack, one after another.
static void move_all(Area *area, StoreState *next, uint64_t region) {
    uint64_t used = next->tail - next->head, from = next->region;
    char *to = region_at(area, region);
    region_read(area, from, next->head, to, used);
    next->region = region;
    next->head = 0;
    next->tail = used;
}

// Those records of a log that are still in; in another index, as the old one still counts.
static void move_live(Area *area, StoreState *next, uint64_t region) {
    const Entry *from = index_at(area, next->index);
    Entry *to = index_at(area, 1 - next->index);
    uint64_t tail = 0;
    for (uint64_t i = 0; i < next->length; i++) {
        size_t bytes = record_bytes(size_at(area, next->region, from[i].at));
        region_read(area, next->region, from[i].at, region_at(area, region) + tail, bytes);
        to[i] = (Entry){tail, from[i].number};
        tail += bytes;
    }
    next->index = 1 - next->index;
    next->region = region;
    next->tail = next->live = tail;
}

// A log that is half empty is only moved to the other region of its pair.
static bool region_beyond(Area *area, const StoreState *next, size_t bytes, uint64_t *region) {
    uint64_t used = is_priority(store_of(area)) ? next->live : next->tail - next->head;
    if (!region_for(area, 2 * (used + bytes), region) && !region_for(area, used + bytes, region))
        return false;
    if (*region >> 1 == next->region >> 1)
        *region = next->region ^ 1;
    return true;
}

// Room for one more record of `bytes`. False: the area is full.
static bool make_room(Area *area, StoreState *next, size_t bytes) {
    if (next->length == 0)
        next->head = next->tail = next->live = 0;
    if (next->tail - next->head + bytes <= region_size(next->region))
        return true;
    uint64_t region;
    if (!region_beyond(area, next, bytes, &region))
        return false;
    if (is_priority(store_of(area)))
        move_live(area, next, region);
    else
        move_all(area, next, region);
    return true;
}

// --- the index ---

static Entry entry_at(Area *area, const StoreState *state, uint64_t place) {
    return index_at(area, state->index)[place];
}

// Records of a log do not wrap.
static int order_of_records(Area *area, uint64_t region, uint64_t a, const char *b, size_t b_size) {
    const char *base = region_at(area, region) + a;
    uint64_t size;
    memcpy(&size, base, sizeof size);
    return message_order(base + HEADER, (size_t)size, b, b_size);
}

static bool comes_before(Area *area, uint64_t region, Entry a, Entry b) {
    const char *record = region_at(area, region) + b.at;
    uint64_t size;
    memcpy(&size, record, sizeof size);
    int order = order_of_records(area, region, a.at, record + HEADER, (size_t)size);
    if (order == 0 || order == MESSAGE_UNORDERED)
        return a.number < b.number;
    return order < 0;
}

static void note(Store *store, StoreState *next, uint64_t place, Entry entry) {
    store->journal[next->journal++] = (Write){place, entry};
}

// From the end upwards, by what C can compare. False: it cannot.
static bool sift_up(Area *area, StoreState *next, Entry entry, const char *data, size_t size) {
    uint64_t i = next->length;
    while (i > 0) {
        uint64_t parent = (i - 1) / 2;
        Entry above = entry_at(area, next, parent);
        int order = order_of_records(area, next->region, above.at, data, size);
        if (order == MESSAGE_UNORDERED)
            return false;
        if (order <= 0)
            break;
        note(store_of(area), next, i, above);
        i = parent;
    }
    note(store_of(area), next, i, entry);
    return true;
}

// The last entry finds its place from the top downwards; the heap has one less.
static void sift_down(Area *area, StoreState *next) {
    uint64_t length = next->length - 1, i = 0, child;
    Entry last = entry_at(area, next, length);
    while ((child = 2 * i + 1) < length) {
        Entry below = entry_at(area, next, child);
        if (child + 1 < length) {
            Entry other = entry_at(area, next, child + 1);
            if (comes_before(area, next->region, other, below)) {
                below = other;
                child++;
            }
        }
        if (!comes_before(area, next->region, below, last))
            break;
        note(store_of(area), next, i, below);
        i = child;
    }
    if (length > 0)
        note(store_of(area), next, i, last);
}

// In an index that does not count yet.
static void sink(Area *area, uint64_t region, Entry *heap, uint64_t length, Entry entry) {
    uint64_t i = 0, child;
    while ((child = 2 * i + 1) < length) {
        if (child + 1 < length && comes_before(area, region, heap[child + 1], heap[child]))
            child++;
        if (!comes_before(area, region, heap[child], entry))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = entry;
}

// The other index becomes the sorted list of the heap: the least goes to the end again and again.
static void sort_index(Area *area, StoreState *next) {
    Entry *to = index_at(area, 1 - next->index);
    memcpy(to, index_at(area, next->index), next->length * sizeof *to);
    for (uint64_t end = next->length; end > 1; end--) {
        Entry least = to[0], last = to[end - 1];
        sink(area, next->region, to, end - 1, last);
        to[end - 1] = least;
    }
    next->index = 1 - next->index;
    next->sorted = true;
    next->version++;
}

static void insert(Area *area, StoreState *next, Entry entry, size_t place) {
    const Entry *from = index_at(area, next->index);
    Entry *to = index_at(area, 1 - next->index);
    memcpy(to, from, place * sizeof *to);
    to[place] = entry;
    memcpy(to + place + 1, from + place, (next->length - place) * sizeof *to);
    next->index = 1 - next->index;
}

// --- putting ---

static bool index_has_room(Area *area, const StoreState *next) {
    return (next->length + 1) * sizeof(Entry) <= index_bytes(area);
}

// The plan was to compare: a heap that C cannot order is sorted first, and planned anew.
static StorePut put_planned(Area *area, StoreState *next, Entry entry, const StorePlan *plan) {
    if (!plan || !plan->made || plan->version != next->version)
        return STORE_PLAN;
    if (!next->sorted) {
        sort_index(area, next);
        commit(area, next);
        return STORE_PLAN;
    }
    insert(area, next, entry, plan->place);
    return STORE_PUT;
}

static StorePut put_entry(Area *area, StoreState *next, const char *data, size_t size,
                          const StorePlan *plan) {
    Entry entry = {next->tail, next->number++};
    if (next->length == 0)
        next->sorted = false;
    if (!next->sorted && sift_up(area, next, entry, data, size))
        return STORE_PUT;
    next->journal = 0;
    return put_planned(area, next, entry, plan);
}

StorePut shared_store_put(Area *area, const char *data, size_t size, const StorePlan *plan) {
    StoreState *next = begin(area);
    uint64_t before = next->region;
    bool priority = is_priority(store_of(area));
    if (!make_room(area, next, record_bytes(size)) || (priority && !index_has_room(area, next)))
        return STORE_NO_ROOM;
    record_write(area, next, data, size);
    if (priority) {
        StorePut put = put_entry(area, next, data, size, plan);
        if (put != STORE_PUT)
            return put;
    }
    next->tail += record_bytes(size);
    next->live += record_bytes(size);
    next->length++;
    next->unfinished++;
    next->version++;
    commit(area, next);
    if (before != next->region)
        discard(area, before);
    return STORE_PUT;
}

// --- taking ---

// Where the next item's size stands, and its bytes.
static uint64_t next_header(Area *area, const StoreState *state) {
    switch (store_of(area)->order) {
    case QUEUE_FIFO: return state->head;
    case QUEUE_LIFO: return state->tail - HEADER;
    default: return entry_at(area, state, state->sorted ? state->length - 1 : 0).at;
    }
}

size_t shared_store_next_size(Area *area) {
    const StoreState *state = shared_store_state(area);
    return size_at(area, state->region, next_header(area, state));
}

// What is left is nothing: a large region goes back.
static void take_last(StoreState *next) {
    next->head = next->tail = next->live = 0;
    next->sorted = false;
    if (region_size(next->region) > REGION_KEPT)
        next->region = 0;
}

void shared_store_take(Area *area, char *out) {
    StoreState *next = begin(area);
    uint64_t before = next->region, header = next_header(area, next), order = store_of(area)->order;
    size_t size = size_at(area, next->region, header), bytes = record_bytes(size);
    region_read(area, next->region, order == QUEUE_LIFO ? next->tail - bytes : header + HEADER, out,
                size);
    if (order == QUEUE_FIFO)
        next->head += bytes;
    else if (order == QUEUE_LIFO)
        next->tail -= bytes;
    else if (!next->sorted)
        sift_down(area, next);
    next->live -= bytes;
    next->length--;
    next->version++;
    if (next->length == 0)
        take_last(next);
    commit(area, next);
    if (before != next->region)
        discard(area, before);
}

size_t shared_store_item_size(Area *area, size_t place) {
    const StoreState *state = shared_store_state(area);
    return size_at(area, state->region, entry_at(area, state, place).at);
}

void shared_store_item(Area *area, size_t place, char *out) {
    const StoreState *state = shared_store_state(area);
    uint64_t at = entry_at(area, state, place).at;
    region_read(area, state->region, at + HEADER, out, size_at(area, state->region, at));
}

// --- the rest ---

void shared_store_done(Area *area) {
    StoreState *next = begin(area);
    next->unfinished--;
    commit(area, next);
}

void shared_store_close(Area *area) {
    StoreState *next = begin(area);
    next->closed = true;
    commit(area, next);
}
