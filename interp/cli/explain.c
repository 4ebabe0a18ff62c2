// SPDX-License-Identifier: MIT
//
// Showing an explanation: a page of Markdown becomes text for a terminal. Its parts are few, and each is told
// by how its line begins: "# " the name, "## " the two programs, "```" code, which is indented.
#include "cli/explain.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/os.h"
#include "base/spelling.h"
#include "base/text.h"
#include "base/translate.h"
#include "cli/failure.h"
#include "vm/vm.h"

static bool begins(const char *line, const char *start) {
    return strncmp(line, start, strlen(start)) == 0;
}

// The line behind the one at `line`; the text ends with a newline.
static const char *next_line(const char *line) { return strchr(line, '\n') + 1; }

static void put_line(Text *out, const char *before, const char *line) {
    if (*line != '\n')
        text_string(out, before);
    text_append(out, line, (size_t)(next_line(line) - line));
}

static void put_heading(Text *out, const char *heading) {
    text_string(out, begins(heading, "Wrong") ? translate("Wrong:") : translate("Right:"));
    text_char(out, '\n');
}

static void put_page(Text *out, const Explanation *page) {
    bool code = false;
    for (const char *line = page->text; *line; line = next_line(line)) {
        if (begins(line, "```")) {
            code = !code;
            if (begins(line, "```text"))
                text_format(out, "  %s\n\n", translate("prints:"));
        } else if (code) {
            put_line(out, "    ", line);
        } else if (begins(line, "## ")) {
            put_heading(out, line + 3);
        } else {
            put_line(out, "", begins(line, "# ") ? line + 2 : line);
        }
    }
}

// Classes begin with a capital, names of mistakes do not.
static bool is_mistake(const Explanation *page) { return islower((unsigned char)page->name[0]); }

// The page's name and its summary, which is the third line.
static void put_rows(Text *out, bool mistakes) {
    for (const Explanation *page = explanations; page->name; page++)
        if (is_mistake(page) == mistakes) {
            text_format(out, "    %-21s", page->name);
            put_line(out, "", next_line(next_line(page->text)));
        }
}

static void put_list(Text *out) {
    text_format(out, "%s\n\n", translate("Errors; `conc explain NAME` tells more on one:"));
    put_rows(out, false);
    text_format(out, "\n%s\n\n", translate("Mistakes that are easily made:"));
    put_rows(out, true);
}

// Capitals do not matter: no two names differ in nothing else.
static const Explanation *page_named(const char *name) {
    const Explanation *page = explanations;
    while (page->name && strcasecmp(page->name, name) != 0)
        page++;
    return page->name ? page : NULL;
}

static int refuse_name(const char *name) {
    Spelling search;
    Text text = {0};
    spelling_start(&search, name, strlen(name));
    for (const Explanation *page = explanations; page->name; page++)
        spelling_try(&search, page->name, strlen(page->name));
    text_format(&text, translate("conc: there is no explanation of '%s'"), name);
    if (search.nearest)
        text_format(&text, translate(", did you mean %s?"), search.nearest);
    text_string(&text, translate(" (conc explain lists them)\n"));
    os_write_all(STDERR_FILENO, text_data(&text), text.length);
    text_free(&text);
    return STATUS_USAGE;
}

int explain_run(const char *name) {
    const Explanation *page = name ? page_named(name) : NULL;
    if (name && !page)
        return refuse_name(name);
    Text out = {0};
    if (page)
        put_page(&out, page);
    else
        put_list(&out);
    fwrite(text_data(&out), 1, out.length, stdout);
    text_free(&out);
    return command_printed(STATUS_DONE);
}
