// SPDX-License-Identifier: MIT
//
// The words of the language.
#include "syntax/keywords.h"

#include <stddef.h>

const char *const syntax_keywords[] = {
    "and",      "as",     "async",   "await", "break",   "case",   "catch", "class",  "const",
    "continue", "else",   "extends", "false", "finally", "fn",     "for",   "from",   "group",
    "if",       "import", "in",      "is",    "let",     "lock",   "nil",   "not",    "or",
    "queue",    "return", "select",  "self",  "spawn",   "static", "super", "thread", "throw",
    "timeout",  "true",   "try",     "while", "with",    NULL};
