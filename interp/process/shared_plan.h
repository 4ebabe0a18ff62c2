// SPDX-License-Identifier: MIT
//
// Where an item goes in a shared priority queue, if only the scripts' `less` can tell.
#ifndef CONC_PROCESS_SHARED_PLAN_H
#define CONC_PROCESS_SHARED_PLAN_H

#include "process/shared_item.h"

// Finds the item's place among those that are there now. The plan may not hold any more when it is made: then
// it is made again. S, without the area held. False with the error that a comparison threw.
bool shared_plan(Fiber *fiber, Shared *shared, const SharedItem *item, StorePlan *plan);

#endif
