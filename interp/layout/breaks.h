// SPDX-License-Identifier: MIT
//
// Breaks: which words start a line. The author decides, but for
//   - the brace of a block, `else`, `catch` and `finally`: they stand on the line of what is before them;
//   - a block with a newline in it: each of its braces ends, or starts, a line;
//   - a line that is too long: its blocks are broken (and nothing else is).
#ifndef CONC_LAYOUT_BREAKS_H
#define CONC_LAYOUT_BREAKS_H

#include "layout/words.h"

enum { LINE_LIMIT = 100 }; // columns, comments at a line's end not counted

// Marks the words that start a line, whatever its length.
void breaks_mark(Words *words);
// If the line that this word starts with `indent` blanks is too long, breaks the outermost blocks in it.
// Only for words in their order: each looks at what is behind it.
void breaks_fit(Words *words, uint32_t first, uint32_t indent);

// What is written for a word (literals as they stand, `async  fn` with one blank). False: the source's bytes.
bool word_is_canonical(const Words *words, uint32_t index, const char **text);
// Columns of a terminal.
uint32_t columns_of(const char *bytes, size_t length);

#endif
