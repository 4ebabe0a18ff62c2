// SPDX-License-Identifier: MIT
//
// The words of the language, for who completes them: what the grammar makes of them is in token.h.
#ifndef CONC_SYNTAX_KEYWORDS_H
#define CONC_SYNTAX_KEYWORDS_H

// Sorted; ends with NULL.
extern const char *const syntax_keywords[];

#endif
