// SPDX-License-Identifier: MIT
//
// Write: from words to lines: what stands at the head of each line and between its words, blank lines, and
// comments.
#ifndef CONC_LAYOUT_WRITE_H
#define CONC_LAYOUT_WRITE_H

#include "layout/lines.h"
#include "layout/words.h"

// Lays the words out; their breaks have been marked, and lines that are too long are broken here. False where
// the result has become larger than a source may be: then it is not whole.
bool words_write(Words *words, Lines *lines);

#endif
