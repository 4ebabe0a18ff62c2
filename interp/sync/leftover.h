// SPDX-License-Identifier: MIT
//
// What a piece of a script has left behind: what it has started and what runs still, detached or not, and
// the locks that its fiber holds. For tests.
//
//     Leftovers before;
//     leftovers_note(fiber, &before);
//     ... the piece runs ...
//     if (leftovers_describe(fiber, &before, &text) > 0) ...
//     leftovers_free(fiber, &before);
//
// Threads of a Pool are not counted, as a script's end does not wait for them either; its jobs and the
// processes of a ProcessPool are.
#ifndef CONC_SYNC_LEFTOVER_H
#define CONC_SYNC_LEFTOVER_H

#include "sync/overview.h"

typedef struct Leftovers {
    Overview running; // what there was
    uint32_t roots;   // the locks that were held, among the fiber's roots from this number on
} Leftovers;

// `fiber` is the main fiber of the main thread, outside of any script code. May collect.
void leftovers_note(Fiber *fiber, Leftovers *before);
// Appends a line for each thing that was not there before, as far as anybody would read on; how many. What has
// been cancelled is given `grace` seconds to end, if there is nothing else. May collect.
size_t leftovers_describe(Fiber *fiber, const Leftovers *before, double grace, Text *out);
void leftovers_free(Fiber *fiber, Leftovers *before);

#endif
