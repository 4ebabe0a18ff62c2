// SPDX-License-Identifier: MIT
//
// The line editor. readline is one for the whole process, so what belongs to it is, too.
#include "repl/edit.h"

#ifdef CONC_READLINE

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "repl/complete.h"
#include "repl/scan.h"
#include "repl/screen.h"
#include "sched/thread.h"

enum { HISTORY_MOST = 10000, INDENT = 4 };

static struct {
    const Session *session;
    FILE *out;
    char *history;               // its path; NULL: it is not kept
    const char *prompt, *before; // of the line
    Completion candidates;
    size_t next; // of the candidates
    char *line;
    EditState state;
} edit;

// The world goes on while the screen is busy.
static void enter(void) {
    thread_detach(edit.session->vm->thread);
    screen_lock();
    thread_attach(edit.session->vm->thread);
}

// ---- What the screen asks for ---------------------------------------------------------------------

static void hide(void) {
    rl_clear_visible_line();
    fflush(edit.out);
}

static void show(void) {
    rl_forced_update_display();
    fflush(edit.out);
}

static void resized(void) {
    rl_resize_terminal();
    fflush(edit.out);
}

// In the background the terminal is the shell's.
static void resumed(void) {
    if (tcgetpgrp(STDIN_FILENO) != getpgrp())
        return;
    rl_deprep_terminal();
    rl_prep_terminal(1);
    rl_resize_terminal();
    fputs("\r", edit.out);
    show();
}

static const ScreenLine screen_line = {hide, show, resized, resumed};

// ---- Completion -----------------------------------------------------------------------------------

// readline asks for one candidate after the other.
static char *next_candidate(const char *word, int number) {
    (void)word;
    if (number == 0)
        edit.next = 0;
    return edit.next < edit.candidates.count ? strdup(edit.candidates.items[edit.next++]) : NULL;
}

static char **candidates(const char *word, int start, int end) {
    Text text = {0};
    text_string(&text, edit.before);
    text_append(&text, rl_line_buffer, (size_t)end);
    completion_free(&edit.candidates);
    complete(edit.session, text_data(&text), text.length, &edit.candidates);
    (void)start;
    text_free(&text);
    rl_attempted_completion_over = 1;
    rl_completion_append_character = '\0';
    if (edit.candidates.path)
        return rl_completion_matches(word, rl_filename_completion_function);
    rl_filename_completion_desired = 0;
    return edit.candidates.count ? rl_completion_matches(word, next_candidate) : NULL;
}

// A word of readline's begins where a candidate does: in a string behind its quotes, with the colon of a command.
static char *word_breaks(void) {
    static char names[] = " \t\n\"'`@$><=;|&{}()[].,:+-*/%^~!?#\\";
    static char paths[] = "\"'";
    static char path_word[] = " ";
    static char commands[] = " \t\n";
    Scan state;
    Text text = {0};
    text_string(&text, edit.before);
    text_append(&text, rl_line_buffer, (size_t)rl_point);
    scan(text_data(&text), text.length, &state);
    text_free(&text);
    if (state.in_string)
        return paths;
    if (*edit.before || rl_line_buffer[0] != ':')
        return names;
    return strchr(rl_line_buffer, ' ') &&
                   (!strncmp(rl_line_buffer, ":load ", 6) || !strncmp(rl_line_buffer, ":save ", 6))
               ? path_word
           : strchr(rl_line_buffer, ' ') ? names
                                         : commands;
}

// ---- Keys -----------------------------------------------------------------------------------------

// At the start of a line, in the blanks that stand there, a step to the right. readline shows what there is
// at the second try, and takes its own function for one.
static int indent_or_complete(int count, int key) {
    if (rl_last_func == indent_or_complete)
        rl_last_func = rl_complete;
    for (int i = 0; i < rl_point; i++)
        if (rl_line_buffer[i] != ' ')
            return rl_complete(count, key);
    if (rl_point == 0 && !*edit.before)
        return rl_complete(count, key);
    return rl_insert_text("    ") >= 0 ? 0 : 1;
}

// A closing brace at the start of a line goes to where its block began.
static int close_block(int count, int key) {
    bool blank = rl_point >= INDENT && *edit.before;
    for (int i = 0; i < rl_point && blank; i++)
        blank = rl_line_buffer[i] == ' ';
    if (blank)
        rl_delete_text(rl_point - INDENT, rl_point), rl_point -= INDENT;
    return rl_insert(count, key);
}

// ---- Lines ----------------------------------------------------------------------------------------

static void on_line(char *line) {
    edit.line = line;
    edit.state = line ? EDIT_LINE : EDIT_END;
    rl_eof_found = 0; // else readline ends every line after this one with one newline more
    rl_callback_handler_remove();
    screen_line_ends();
}

void edit_begin(const char *prompt, const char *text, const char *before) {
    enter();
    screen_line_begins();
    edit.prompt = prompt;
    edit.before = before;
    edit.state = EDIT_GOES_ON;
    edit.line = NULL;
    rl_callback_handler_install(prompt, on_line);
    rl_insert_text(text);
    rl_redisplay();
    fflush(edit.out);
    screen_unlock();
}

static bool key_waits(void) {
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&in, 1, 0) > 0;
}

EditState edit_feed(char **line) {
    enter();
    while (edit.state == EDIT_GOES_ON && key_waits())
        rl_callback_read_char();
    if (edit.state == EDIT_END && strcmp(rl_variable_value("enable-bracketed-paste"), "on") != 0)
        fputs("\n", edit.out); // else readline has ended the line
    fflush(edit.out);
    screen_unlock();
    *line = edit.line;
    return edit.state;
}

void edit_abandon(bool interrupted) {
    enter();
    if (edit.state == EDIT_GOES_ON) {
        rl_callback_sigcleanup(); // out of a search, say, which has a prompt of its own
        rl_set_prompt(edit.prompt);
        rl_point = rl_end;
        rl_clear_visible_line();
        rl_forced_update_display();
        fputs(interrupted ? "^C\n" : "\n", edit.out);
        fflush(edit.out);
        rl_free_line_state();
        rl_callback_handler_remove();
        edit.state = EDIT_END;
        screen_line_ends();
    }
    screen_unlock();
}

// ---- History --------------------------------------------------------------------------------------

// Makes the folders of a path.
static void make_folders(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

// By the XDG base directory specification: what a program remembers from one run to the next.
static char *history_path(void) {
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    Text path = {0};
    if (state && *state == '/')
        text_format(&path, "%s/conc/history", state);
    else if (home && *home == '/')
        text_format(&path, "%s/.local/state/conc/history", home);
    else
        return NULL;
    return path.data;
}

// Inputs of several lines are kept as one, told apart by their times.
static void open_history(void) {
    using_history();
    history_comment_char = '#';
    history_write_timestamps = 1;
    stifle_history(HISTORY_MOST);
    edit.history = history_path();
    if (edit.history)
        read_history(edit.history);
}

static bool is_last(const char *input) {
    HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
    return last && strcmp(last->line, input) == 0;
}

// Who shares the file with others adds to its end, and it is nobody else's to read.
void edit_remember(const char *input) {
    if (is_last(input))
        return;
    add_history(input);
    if (!edit.history)
        return;
    make_folders(edit.history);
    mode_t before = umask(077);
    FILE *file = fopen(edit.history, "ae");
    umask(before);
    if (file)
        fclose(file);
    append_history(1, edit.history);
}

// ---- Opening --------------------------------------------------------------------------------------

static bool can_edit(void) {
    const char *kind = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && kind && *kind && strcmp(kind, "dumb");
}

static void set_up(void) {
    rl_readline_name = "conc";
    rl_outstream = edit.out;
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_attempted_completion_function = candidates;
    rl_completion_word_break_hook = word_breaks;
    rl_completer_quote_characters = "";
    rl_basic_quote_characters = "";
    rl_initialize();
    rl_bind_key('\t', indent_or_complete);
    rl_bind_key('}', close_block);
}

bool edit_open(const Session *session) {
    if (!can_edit() || !screen_open(&screen_line))
        return false;
    edit.session = session;
    edit.out = fdopen(dup(screen_terminal()), "w");
    if (!edit.out) {
        screen_close();
        return false;
    }
    set_up();
    open_history();
    return true;
}

void edit_close(void) {
    if (edit.state == EDIT_GOES_ON)
        edit_abandon(false);
    thread_detach(edit.session->vm->thread);
    screen_close();
    thread_attach(edit.session->vm->thread);
    if (edit.history)
        history_truncate_file(edit.history, HISTORY_MOST);
    fclose(edit.out);
    free(edit.history);
    completion_free(&edit.candidates);
    clear_history();
}

#else

bool edit_open(const Session *session) { return session == NULL; }
void edit_close(void) {}
void edit_begin(const char *prompt, const char *text, const char *before) {
    (void)prompt, (void)text, (void)before;
}
EditState edit_feed(char **line) {
    *line = NULL;
    return EDIT_END;
}
void edit_abandon(bool interrupted) { (void)interrupted; }
void edit_remember(const char *input) { (void)input; }

#endif
