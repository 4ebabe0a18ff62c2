// SPDX-License-Identifier: MIT
//
// Messages in the language of whoever reads them. In the source a message is English, and that text is the
// key to its translation, in the way of gettext; the catalogues, grammar/messages/*.po, are compiled
// into the binary, so no locale has to be installed.
//
//     throw_type(fiber, "'%s' object is not callable", name);     translates its format by itself
//     text_format(out, translate(" waits for %s"), what);         elsewhere the caller does
//     static const GateRules rules = {.what = MESSAGE("a gate")}; only marks: whoever shows it translates
//
// Which calls translate by themselves stands in tests/support/messages.py, which holds the catalogues to
// the source: nothing missing, nothing left over, the same conversions.
#ifndef CONC_BASE_TRANSLATE_H
#define CONC_BASE_TRANSLATE_H

#include <stddef.h>

// Marks a message that is translated where it is shown.
#define MESSAGE(text) text

// Chooses the language of this process: the first of LANGUAGE's that is known, else that of the first of
// LC_ALL, LC_MESSAGES and LANG that is set. As in gettext, the locales C and POSIX are English whatever
// LANGUAGE says. Called at most once, before there is a second thread; without it all is English.
void translate_choose(void);

// The message in the chosen language, or itself where there is no translation. It lives as long as the
// process, or as long as `message`. Any thread.
const char *translate(const char *message) __attribute__((format_arg(1)));

// For text of more than one line, each of which is a message: MESSAGE_LINES marks it, and this gives the
// next line's message. Copies the line at *text, without its end, into `line` and moves *text behind it;
// NULL at the end of the text.
#define MESSAGE_LINES(text) text
const char *translate_line(const char **text, char *line, size_t capacity);

// --- what the build makes of a catalogue ---

typedef struct Translation {
    const char *message, *text;
} Translation;

extern const Translation translations_zh[]; // in the order of strcmp
extern const size_t translations_zh_count;

#endif
