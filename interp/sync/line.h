// SPDX-License-Identifier: MIT
//
// Line: who waits for a shared object, in all processes, in order of arrival. A ring of tickets in the
// object's area, under the area's mutex. Each change is one store that counts, so that a line is whole at
// every moment (sync/area.h). The tickets of members that are gone count for nothing, and go when they
// are met.
#ifndef CONC_SYNC_LINE_H
#define CONC_SYNC_LINE_H

#include "sched/park.h"
#include "sync/family.h"

struct Area;

// Who waits: a member, and the waiter by its address there. member is 0 where the ticket was taken out.
typedef struct Ticket {
    uint64_t member;
    uint64_t waiter;
    uint64_t since; // microseconds
} Ticket;

enum { LINE_CAPACITY = 1 << 18, LINE_BYTES = LINE_CAPACITY * (int)sizeof(Ticket) };

typedef struct Line {
    uint64_t
        span; // the numbers of its first ticket (low half) and of the first one free (high half)
    uint64_t tickets; // where the ring is in the area; ticket n is at n modulo the capacity
} Line;

#define LINE_NOWHERE SIZE_MAX

void line_init(Line *line, size_t tickets);
static inline bool line_empty(const Line *line) {
    return (uint32_t)line->span == (uint32_t)(line->span >> 32);
}

// At the end, or in front of all. False: there is no room.
bool line_push(struct Area *area, Line *line, Ticket ticket, bool front);
// How many stand before the member's waiter. LINE_NOWHERE: it stands in no line.
size_t line_place(struct Area *area, Line *line, const Family *family, const Waiter *waiter);
// The ticket at this place; NULL: there are not so many.
const Ticket *line_at(struct Area *area, Line *line, const Family *family, size_t place);
// One after another: a walk starts as {0}. NULL at the end. The area's mutex is held all the time.
typedef struct LineWalk {
    bool begun;
    uint32_t at, end;
} LineWalk;
const Ticket *line_next(struct Area *area, Line *line, const Family *family, LineWalk *walk);
// True where at least `count` stand in it.
static inline bool line_has(struct Area *area, Line *line, const Family *family, size_t count) {
    return count == 0 || line_at(area, line, family, count - 1);
}
// Takes this member's waiter out. Its ticket; with member 0 if it was not in it.
Ticket line_remove(struct Area *area, Line *line, const Family *family, const Waiter *waiter);

#endif
