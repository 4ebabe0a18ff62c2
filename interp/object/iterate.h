// SPDX-License-Identifier: MIT
//
// Iteration, as `for` and C code do it (iterate_start and iterate_next are in object/operate.h).
// The state is three words:
//
//   a range of small ints   [0] the next number    [1] how many follow [2] the step
//   list                    [0] the list           [1] the next index
//   map, set                [0] the map            [1] position        [2] the version at the start
//   str, bytes              [0] the text           [1] byte offset
//   a range of large ones   [0] the range          [1] the next element's number
//   any other               [0] an object whose next() is called         [2] that, if it is a native (function.h)
//
// A state has to be rooted while scripts run between two steps.
#ifndef CONC_OBJECT_ITERATE_H
#define CONC_OBJECT_ITERATE_H

#include "object/operate.h"

// The state of counting from `start` to `stop` (step not 0) without a Range. False, and nothing is changed,
// if these are not ints, or so large that counting might leave the small ints.
bool iterate_count(Value start, Value stop, Value step, Value state[3]);

#endif
