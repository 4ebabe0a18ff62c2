// SPDX-License-Identifier: MIT
//
// Translating: a search in a sorted table. The table that was chosen is the one word of state; it is written
// before there is a second thread, as setlocale() has to be. English has no table, and costs one look.
#include "base/translate.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct Catalogue {
    const Translation *translations;
    const size_t *count;
} Catalogue;

static const Catalogue chinese = {translations_zh, &translations_zh_count};
static const Catalogue *chosen; // NULL: English

// ---- The language -----------------------------------------------------------------------------

// The first of them that is set to something; "" where none is.
static const char *locale_of_messages(void) {
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return value;
    }
    return "";
}

// Whether `locale` (zh, zh_CN.UTF-8, en_GB) is of the language.
static bool speaks(const char *locale, const char *language) {
    size_t size = strlen(language);
    return strncmp(locale, language, size) == 0 && strchr("_.@-:", locale[size]) != NULL;
}

// LANGUAGE lists locales, the best one first.
static const Catalogue *catalogue_of(const char *locales) {
    for (const char *at = locales; at; at = strchr(at, ':')) {
        at += *at == ':';
        if (speaks(at, "zh"))
            return &chinese;
        if (speaks(at, "en") || speaks(at, "C"))
            return NULL;
    }
    return NULL;
}

void translate_choose(void) {
    const char *locale = locale_of_messages(), *languages = getenv("LANGUAGE");
    if (strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0)
        return;
    chosen = catalogue_of(languages && *languages ? languages : locale);
}

// ---- Messages ---------------------------------------------------------------------------------

static int by_message(const void *message, const void *translation) {
    return strcmp(message, ((const Translation *)translation)->message);
}

const char *translate(const char *message) {
    const Catalogue *catalogue = chosen;
    if (!catalogue)
        return message;
    const Translation *found = bsearch(message, catalogue->translations, *catalogue->count,
                                       sizeof *catalogue->translations, by_message);
    return found ? found->text : message;
}

const char *translate_line(const char **text, char *line, size_t capacity) {
    size_t size = strcspn(*text, "\n"), copied = size < capacity ? size : capacity - 1;
    if (!**text)
        return NULL;
    memcpy(line, *text, copied);
    line[copied] = '\0';
    *text += size + ((*text)[size] == '\n');
    return translate(line);
}
