// SPDX-License-Identifier: MIT
//
// Topics: what `conc doc` says of statements, operators and the like, which are no values.
#ifndef CONC_CLI_TOPICS_H
#define CONC_CLI_TOPICS_H

typedef struct Topic {
    const char *names; // under which it is found, with blanks between them; the first is its own
    const char *form;  // one line
    const char *doc;   // as that of a native (object/function.h)
} Topic;

extern const Topic topics[]; // ends with names NULL

#endif
