// SPDX-License-Identifier: MIT
//
// Catalogue: all that scripts can name without having made it, with the docs that help() shows: built-in
// functions, types with their members, errors, modules, and the language's statements. It is read from a Vm, so
// that nothing that exists can be left out.
#ifndef CONC_CLI_CATALOGUE_H
#define CONC_CLI_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "vm/vm.h"

enum { NO_OWNER = -1 };

typedef struct CatalogueEntry {
    Text name;           // "queue", "queue.get"
    Text head;           // one line: "queue.get(timeout = nil)"
    Text doc;            // as that of a native (object/function.h)
    const char *section; // "Queues and locks"; members have that of their owner
    const char *base;    // of a type: the name of the one whose members it has too, or NULL
    const char *aliases; // of a topic: all its names, with blanks between them; else NULL
    int owner;           // of a member: the index of its type or module; else NO_OWNER
} CatalogueEntry;

// In the order of the sections; the members of a type or module follow it.
typedef struct Catalogue {
    CatalogueEntry *items; // malloc'ed
    size_t count, capacity;
} Catalogue;

// Runs conc's own part that is written in conc, so no script may have run. The Vm has to outlive the catalogue.
void catalogue_fill(Catalogue *catalogue, Vm *vm);
void catalogue_free(Catalogue *catalogue);
// The next entry of exactly that name, or of that alias, from index `from` on; the count if there is none.
size_t catalogue_find(const Catalogue *catalogue, const char *name, size_t from);
// The part of a member's name behind the point; the whole name of anything else.
const char *catalogue_short_name(const CatalogueEntry *entry);

#endif
