// SPDX-License-Identifier: MIT
//
// Spacing: whether a blank stands between two words of one line.
#ifndef CONC_LAYOUT_SPACING_H
#define CONC_LAYOUT_SPACING_H

#include "layout/words.h"

// Whether a blank stands before this word where it is on one line with the word before it; there is one.
// The answer depends on the words alone, not on the blanks of the source, so that it stays the same when
// the layout is laid out again. (One exception: `- -x` keeps its blank, as `--x` is no statement.)
bool spacing_before(const Words *words, uint32_t index);

#endif
