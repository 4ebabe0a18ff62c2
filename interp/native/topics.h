// SPDX-License-Identifier: MIT
//
// Topics: what conc says of its statements, operators and the like, which are no values: for `conc doc`, and
// for the prompt.
#ifndef CONC_NATIVE_TOPICS_H
#define CONC_NATIVE_TOPICS_H

#include <stdbool.h>

typedef struct Topic {
    const char *names; // under which it is found, with blanks between them; the first is its own
    const char *form;  // one line
    const char *doc;   // as that of a native (object/function.h)
} Topic;

extern const Topic topics[]; // ends with names NULL

// The topic of that name; NULL: there is none.
const Topic *topic_find(const char *name);
// Whether `name` is one of the names of a topic.
bool topic_has_name(const char *names, const char *name);

#endif
