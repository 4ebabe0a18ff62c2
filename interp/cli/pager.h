// SPDX-License-Identifier: MIT
//
// Pager: shows a text on the terminal page by page, as git does: by $PAGER, else by less where there is one.
#ifndef CONC_CLI_PAGER_H
#define CONC_CLI_PAGER_H

#include <stdbool.h>

#include "base/text.h"

// Writes the text to standard output; where that is a terminal, through the pager, which leaves at once if all
// fits on the screen. False with errno: it could not be written. A reader who leaves early is no failure.
bool pager_show(const Text *text);
// Whether bold print on standard output is wanted: it is a terminal that can, and NO_COLOR is not set.
bool pager_bold_wanted(void);

#endif
