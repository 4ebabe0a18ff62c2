// SPDX-License-Identifier: MIT
//
// conc doc: an overview, all of one name, or everything as Markdown (stdlib/README.md) or as a list of names (for
// completion in shells).
#include "cli/doc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/spelling.h"
#include "base/translate.h"
#include "cli/catalogue.h"
#include "cli/failure.h"
#include "cli/pager.h"
#include "vm/help.h"

enum { WIDTH = 80, NAME_WIDTH = 20, MARKDOWN_WIDTH = 110 };

typedef struct Writer {
    const Catalogue *catalogue;
    Text out;
    bool bold; // names stand out
} Writer;

// ---- Pieces -------------------------------------------------------------------------------------

static void add_bold(Writer *writer, const char *text) {
    text_format(&writer->out, writer->bold ? "\033[1m%s\033[0m" : "%s", text);
}

// Where the first sentence ends: at a point before a blank, or at the end.
static size_t sentence_size(const char *doc) {
    size_t size = 0;
    while (doc[size] && strncmp(doc + size, "\n    ", 5) != 0) {
        char before = doc[size++];
        if (before == '.' && (doc[size] == ' ' || doc[size] == '\n' || !doc[size]))
            break;
    }
    return size;
}

// The first `width` characters of the first sentence, with "..." where it is longer.
static void add_summary(Text *out, const char *doc, size_t width) {
    size_t size = sentence_size(doc), shown = 0, fits = 0;
    for (size_t i = 0; i < size; i++) {
        if (((unsigned char)doc[i] & 0xc0) != 0x80)
            shown++;
        if (doc[i] == ' ' && shown + 2 <= width)
            fits = i;
    }
    bool cut = shown > width;
    for (size_t i = 0; i < (cut ? fits : size); i++)
        text_char(out, doc[i] == '\n' ? ' ' : doc[i]);
    text_string(out, cut ? "..." : "");
}

// "  name           what it does"
static void add_row(Writer *writer, const char *name, const CatalogueEntry *entry) {
    size_t size = strlen(name), column = size + 2 > NAME_WIDTH ? size + 2 : NAME_WIDTH;
    text_string(&writer->out, "  ");
    add_bold(writer, name);
    text_format(&writer->out, "%*s", (int)(column - size), "");
    add_summary(&writer->out, text_data(&entry->doc), WIDTH - 2 - column);
    text_char(&writer->out, '\n');
}

// ---- The overview -------------------------------------------------------------------------------

static void add_overview(Writer *writer) {
    const char *section = "";
    text_string(&writer->out,
                translate("conc doc NAME tells all of it: conc doc queue, conc doc queue.get\n"));
    for (size_t i = 0; i < writer->catalogue->count; i++) {
        const CatalogueEntry *entry = &writer->catalogue->items[i];
        if (entry->owner != NO_OWNER)
            continue;
        if (strcmp(section, entry->section) != 0) {
            section = entry->section;
            text_format(&writer->out, "\n%s\n", translate(section));
        }
        bool room = entry->aliases && strlen(entry->aliases) < NAME_WIDTH;
        add_row(writer, room ? entry->aliases : text_data(&entry->name), entry);
    }
}

// ---- One name -----------------------------------------------------------------------------------

static bool has_members(const Catalogue *catalogue, size_t index) {
    return index + 1 < catalogue->count && catalogue->items[index + 1].owner == (int)index;
}

// What the type extends; the count if it extends nothing, or if there is no such type.
static size_t find_base(const Catalogue *catalogue, size_t index) {
    const char *base = index < catalogue->count ? catalogue->items[index].base : NULL;
    return base ? catalogue_find(catalogue, base, 0) : catalogue->count;
}

static void add_members(Writer *writer, size_t index) {
    const Catalogue *catalogue = writer->catalogue;
    if (has_members(catalogue, index))
        text_format(&writer->out, "\n%s\n", translate("Members"));
    for (size_t i = index + 1; i < catalogue->count && catalogue->items[i].owner == (int)index; i++)
        add_row(writer, catalogue_short_name(&catalogue->items[i]), &catalogue->items[i]);
    size_t base = find_base(catalogue, index);
    if (base < catalogue->count)
        text_format(&writer->out, translate("\nIt extends %s, and has all that that has.\n"),
                    text_data(&catalogue->items[base].name));
}

static void add_entry(Writer *writer, size_t index) {
    const CatalogueEntry *entry = &writer->catalogue->items[index];
    if (writer->out.length)
        text_char(&writer->out, '\n');
    add_bold(writer, text_data(&entry->head));
    text_char(&writer->out, '\n');
    help_lay_out(text_data(&entry->doc), "    ", WIDTH, &writer->out);
    add_members(writer, index);
}

static bool add_exact(Writer *writer, const char *name) {
    const Catalogue *catalogue = writer->catalogue;
    size_t i = catalogue_find(catalogue, name, 0);
    bool found = i < catalogue->count;
    for (; i < catalogue->count; i = catalogue_find(catalogue, name, i + 1))
        add_entry(writer, i);
    return found;
}

// "Thread.join" is a member of what Thread extends.
static bool add_inherited(Writer *writer, const char *name) {
    const Catalogue *catalogue = writer->catalogue;
    const char *point = strchr(name, '.');
    if (!point)
        return false;
    char type[SPELLING_LENGTH];
    snprintf(type, sizeof type, "%.*s", (int)(point - name), name);
    size_t i = find_base(catalogue, catalogue_find(catalogue, type, 0));
    while (i < catalogue->count) {
        Text member = {0};
        text_format(&member, "%s%s", text_data(&catalogue->items[i].name), point);
        bool found = add_exact(writer, text_data(&member));
        text_free(&member);
        if (found)
            return true;
        i = find_base(catalogue, i);
    }
    return false;
}

// The next member of that name, of whatever type, from index `from` on; the count if there is none.
static size_t find_member(const Catalogue *catalogue, const char *name, size_t from) {
    for (; from < catalogue->count; from++) {
        const CatalogueEntry *entry = &catalogue->items[from];
        if (entry->owner != NO_OWNER && strcmp(catalogue_short_name(entry), name) == 0)
            break;
    }
    return from;
}

// "split" alone: the one in full, or a list of several.
static bool add_members_named(Writer *writer, const char *name) {
    const Catalogue *catalogue = writer->catalogue;
    size_t first = find_member(catalogue, name, 0);
    if (first == catalogue->count)
        return false;
    if (find_member(catalogue, name, first + 1) == catalogue->count) {
        add_entry(writer, first);
        return true;
    }
    for (size_t i = first; i < catalogue->count; i = find_member(catalogue, name, i + 1))
        add_row(writer, text_data(&catalogue->items[i].name), &catalogue->items[i]);
    return true;
}

static void try_words(Spelling *search, const char *words) {
    while (*words) {
        size_t size = strcspn(words, " ");
        spelling_try(search, words, size);
        words += size;
        words += strspn(words, " ");
    }
}

// The nearest name: whole, of a member, or one of a topic's.
static int no_such_name(const Catalogue *catalogue, const char *name) {
    Spelling search;
    spelling_start(&search, name, strlen(name));
    for (size_t i = 0; i < catalogue->count; i++) {
        const CatalogueEntry *entry = &catalogue->items[i];
        try_words(&search, entry->aliases ? entry->aliases : text_data(&entry->name));
        if (!strchr(name, '.'))
            try_words(&search, catalogue_short_name(entry));
    }
    Text why = {0};
    text_string(&why, translate("there is no such name"));
    if (search.nearest)
        text_format(&why, translate("; did you mean %.*s?"), (int)search.nearest_size,
                    search.nearest);
    text_string(&why, translate(" (conc doc lists all)"));
    int status = command_failed(*name ? name : "''", text_data(&why));
    text_free(&why);
    return status;
}

// ---- Everything ---------------------------------------------------------------------------------

static void add_names(Writer *writer) {
    for (size_t i = 0; i < writer->catalogue->count; i++) {
        const CatalogueEntry *entry = &writer->catalogue->items[i];
        const char *names = entry->aliases ? entry->aliases : text_data(&entry->name);
        for (const char *c = names; *c; c++)
            text_char(&writer->out, *c == ' ' ? '\n' : *c);
        text_char(&writer->out, '\n');
    }
}

// What would be Markdown in a sentence; not in `code`.
static void add_escaped(Text *out, const char *text, size_t size) {
    bool code = false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '`')
            code = !code;
        if (!code && (text[i] == '*' || text[i] == '<'))
            text_char(out, '\\');
        text_char(out, text[i]);
    }
}

static void add_markdown_doc(Text *out, const char *doc) {
    const char *example = strncmp(doc, "    ", 4) == 0 ? doc : strstr(doc, "\n    ");
    size_t size = example ? (size_t)(example - doc) : strlen(doc);
    Text escaped = {0};
    add_escaped(&escaped, doc, size);
    help_lay_out(text_data(&escaped), "", MARKDOWN_WIDTH, out);
    text_free(&escaped);
    if (!example)
        return;
    text_string(out, "\n```conc\n");
    for (example += *example == '\n'; *example;) {
        size = strcspn(example, "\n");
        size_t indent = strncmp(example, "    ", 4) == 0 ? 4 : 0;
        text_append(out, example + indent, size - indent);
        text_char(out, '\n');
        example += size;
        example += *example == '\n';
    }
    text_string(out, "```\n");
}

static void add_markdown(Writer *writer) {
    const char *section = "";
    for (size_t i = 0; i < writer->catalogue->count; i++) {
        const CatalogueEntry *entry = &writer->catalogue->items[i];
        if (strcmp(section, entry->section) != 0) {
            section = entry->section;
            text_format(&writer->out, "## %s\n\n", section);
        }
        text_format(&writer->out, "%s `%s`\n\n", entry->owner == NO_OWNER ? "###" : "####",
                    text_data(&entry->head));
        add_markdown_doc(&writer->out, text_data(&entry->doc));
        text_char(&writer->out, '\n');
        size_t base = find_base(writer->catalogue, i);
        if (base < writer->catalogue->count)
            text_format(&writer->out, "Extends `%s`.\n\n",
                        text_data(&writer->catalogue->items[base].name));
    }
    text_shorten(&writer->out, writer->out.length - 1); // of the last empty line
}

// ---- The command --------------------------------------------------------------------------------

// `queue.get()` is `queue.get`.
static bool add_name(Writer *writer, const char *written) {
    Text text = {0};
    size_t size = strlen(written);
    text_append(&text, written, size > 2 && !strcmp(written + size - 2, "()") ? size - 2 : size);
    const char *name = text_data(&text);
    bool found =
        add_exact(writer, name) || add_inherited(writer, name) || add_members_named(writer, name);
    text_free(&text);
    return found;
}

static bool add_wanted(Writer *writer, const Options *options) {
    switch (options->doc_form) {
    case DOC_NAMES: add_names(writer); return true;
    case DOC_MARKDOWN: add_markdown(writer); return true;
    case DOC_TEXT: break;
    }
    if (options->source)
        return add_name(writer, options->source);
    add_overview(writer);
    return true;
}

int doc_run(const Options *options, Vm *vm) {
    Catalogue catalogue = {0};
    catalogue_fill(&catalogue, vm);
    Writer writer = {.catalogue = &catalogue, .bold = pager_bold_wanted()};
    int status = STATUS_DONE;
    if (!add_wanted(&writer, options))
        status = no_such_name(&catalogue, options->source);
    else if (!pager_show(&writer.out))
        status = command_failed("<stdout>", strerror(errno));
    text_free(&writer.out);
    catalogue_free(&catalogue);
    return status;
}
