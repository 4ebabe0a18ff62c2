// SPDX-License-Identifier: MIT
//
// Words of other languages: what to say to somebody who writes `elif`, `None` or `print "x"`.
#ifndef CONC_SYNTAX_FOREIGN_H
#define CONC_SYNTAX_FOREIGN_H

#include <stdbool.h>

// A hint for a name that means something elsewhere ("conc writes `nil`"), or NULL. Also for
// whoever finds that such a name is not declared.
const char *foreign_word_hint(const char *word);
// How the word is used elsewhere.
typedef enum ForeignUse {
    FOREIGN_NONE,
    FOREIGN_STATEMENT,  // it starts a statement: def, elif, raise
    FOREIGN_EXPRESSION, // it starts an operand as well: lambda, new
    FOREIGN_FUNCTION,   // a function here, called without parentheses: print
    FOREIGN_VALUE,      // a value, or a word in the middle: None, then
} ForeignUse;
ForeignUse foreign_word_use(const char *word);
// The keyword that was nearly written, or NULL: one that starts a statement, or one that stands for a
// value or is a statement by itself.
const char *foreign_nearest_keyword(const char *word, bool statement);
// The same for an operator of `length` bytes that conc does not have.
const char *foreign_operator_hint(const char *op, unsigned length);
// For a module of Python that conc has built in, or NULL.
const char *foreign_module_hint(const char *name);
// For an argument's label of other languages, or NULL.
const char *foreign_label_hint(const char *label);

// Members of other languages' types. Ends with a row whose word is NULL.
typedef struct ForeignMember {
    const char *word;
    const char *instead; // for receivers that have this member; NULL: for whatever has a length
    const char *hint;    // NULL: "did you mean" the member
} ForeignMember;
extern const ForeignMember foreign_members[];

// For a character that stands for an ASCII one: "（" gives "(". NULL: none.
const char *foreign_character(unsigned code_point);

#endif
