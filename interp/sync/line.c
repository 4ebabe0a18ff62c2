// SPDX-License-Identifier: MIT
//
// Lines. A ticket in the middle is taken out by its member's number becoming 0; those at the front go at
// once. First and last are in one word, so that a line which has become empty starts at the beginning of
// its ring again, and touches little memory.
#include "sync/line.h"

#include "sync/area.h"

void line_init(Line *line, size_t tickets) { line->tickets = tickets; }

static uint32_t first(const Line *line) { return (uint32_t)line->span; }
static uint32_t end(const Line *line) { return (uint32_t)(line->span >> 32); }

// What is new has been stored before the word that publishes it, whenever the process ends.
static void publish(Line *line, uint32_t from, uint32_t to) {
    uint64_t span = from == to ? 0 : (uint64_t)to << 32 | from;
    __atomic_store_n(&line->span, span, __ATOMIC_RELEASE);
}

static Ticket *ticket_at(Area *area, const Line *line, uint32_t number) {
    Ticket *tickets = (Ticket *)(void *)((char *)area + line->tickets);
    return &tickets[number % LINE_CAPACITY];
}

bool line_push(Area *area, Line *line, Ticket ticket, bool front) {
    uint32_t from = first(line), to = end(line);
    if (to - from == LINE_CAPACITY)
        return false;
    *ticket_at(area, line, front ? from - 1 : to) = ticket;
    if (front)
        publish(line, from - 1, to);
    else
        publish(line, from, to + 1);
    return true;
}

static void take_out(Area *area, Line *line, Ticket *ticket) {
    __atomic_store_n(&ticket->member, 0, __ATOMIC_RELEASE);
    uint32_t from = first(line), to = end(line);
    while (from != to && ticket_at(area, line, from)->member == 0)
        from++;
    publish(line, from, to);
}

// Counts for something: its member is there.
static bool is_valid(Area *area, Line *line, const Family *family, Ticket *ticket) {
    if (ticket->member != 0 && !family_alive(family, ticket->member))
        take_out(area, line, ticket);
    return ticket->member != 0;
}

// The `place`-th ticket, or the one of this member's `waiter`, whichever comes first; *place is then how
// many stand before it. NULL: neither is there.
static Ticket *find(Area *area, Line *line, const Family *family, const Waiter *waiter,
                    size_t *place) {
    size_t before = 0;
    uint32_t to = end(line); // taking out the last ticket starts the ring anew
    for (uint32_t i = first(line); i != to; i++) {
        Ticket *ticket = ticket_at(area, line, i);
        if (!is_valid(area, line, family, ticket))
            continue;
        bool is_it = ticket->member == family->self && ticket->waiter == (uintptr_t)waiter;
        if (is_it || before == *place) {
            *place = before;
            return ticket;
        }
        before++;
    }
    return NULL;
}

size_t line_place(Area *area, Line *line, const Family *family, const Waiter *waiter) {
    size_t place = LINE_NOWHERE;
    return find(area, line, family, waiter, &place) ? place : LINE_NOWHERE;
}

const Ticket *line_at(Area *area, Line *line, const Family *family, size_t place) {
    return find(area, line, family, NULL, &place);
}

Ticket line_remove(Area *area, Line *line, const Family *family, const Waiter *waiter) {
    size_t place = LINE_NOWHERE;
    Ticket *ticket = find(area, line, family, waiter, &place);
    if (!ticket)
        return (Ticket){0};
    Ticket was = *ticket;
    take_out(area, line, ticket);
    return was;
}

// Tickets that are taken out meanwhile stay where they are, without a member.
const Ticket *line_next(Area *area, Line *line, const Family *family, LineWalk *walk) {
    if (!walk->begun)
        *walk = (LineWalk){true, first(line), end(line)};
    while (walk->at != walk->end) {
        Ticket *ticket = ticket_at(area, line, walk->at++);
        if (is_valid(area, line, family, ticket))
            return ticket;
    }
    return NULL;
}
