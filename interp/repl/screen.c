// SPDX-License-Identifier: MIT
//
// The screen. While a line is being typed only whole lines are shown above it: the rest of one is held until
// it is finished, or until the line is over.
//
// A forked child goes on writing into the pipe and has nothing else of the screen; the fork happens under the
// mutex, so that no other pthread is inside of the line editor then.
#include "repl/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/os.h"
#include "base/text.h"

enum {
    PIPE_SIZE = 1 << 20,
    CHUNK = 1 << 16,
    HELD_MOST = 1 << 16,    // bytes of an unfinished line that are held back
    REDRAW_PAUSE = 8000000, // nanoseconds: who prints a lot is shown in few pieces
};

// What is added to the bell: it counts those that were not heard yet.
#define RING         ((uint64_t)1)
#define RING_RESUMED ((uint64_t)1 << 32)

static struct {
    pthread_mutex_t mutex;
    pthread_t pthread;
    const ScreenLine *line;
    int terminal, out, bell; // descriptors: the terminal, the pipe's end to read, an eventfd
    bool typing;             // a line is on the terminal; under the mutex, like what follows
    Text held;
    _Atomic bool closing;
    struct sigaction old_resize, old_continue;
} screen = {.mutex = PTHREAD_MUTEX_INITIALIZER, .terminal = -1};

int screen_terminal(void) { return screen.terminal; }
void screen_lock(void) { pthread_mutex_lock(&screen.mutex); }
void screen_unlock(void) { pthread_mutex_unlock(&screen.mutex); }

// ---- Writing; under the mutex ---------------------------------------------------------------------

static void put(const char *data, size_t size) { os_write_all(screen.terminal, data, size); }

static void put_held(void) {
    put(text_data(&screen.held), screen.held.length);
    text_shorten(&screen.held, 0);
}

// How much of what is held can be shown above a line.
static size_t whole_lines(void) {
    const char *last = memrchr(text_data(&screen.held), '\n', screen.held.length);
    if (last)
        return (size_t)(last - screen.held.data) + 1;
    return screen.held.length > HELD_MOST ? screen.held.length : 0;
}

static void put_above_line(void) {
    size_t size = whole_lines();
    if (size == 0)
        return;
    Text rest = {0};
    text_append(&rest, screen.held.data + size, screen.held.length - size);
    text_shorten(&screen.held, size);
    screen.line->hide();
    bool ended = screen.held.data[size - 1] == '\n';
    put_held();
    if (!ended)
        put("\n", 1);
    screen.line->show();
    text_free(&screen.held);
    screen.held = rest;
}

// Takes what is in the pipe now.
static void take(void) {
    static char chunk[CHUNK];
    int left = 0;
    if (ioctl(screen.out, FIONREAD, &left) != 0)
        return;
    while (left > 0) {
        ssize_t got = read(screen.out, chunk, left < CHUNK ? (size_t)left : CHUNK);
        if (got <= 0)
            break;
        left -= (int)got;
        text_append(&screen.held, chunk, (size_t)got);
    }
    if (screen.typing)
        put_above_line();
    else
        put_held();
}

// Whether the cursor stands at the start of a line is not known, as the terminal echoes what is typed. A row of
// blanks ends on the next line where it does not, and on this one where it does (as zsh does it).
static void start_fresh_line(void) {
    struct winsize size;
    int columns = ioctl(screen.terminal, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
    char blanks[1024];
    int length = snprintf(blanks, sizeof blanks, "%*s\r\033[K", columns, "");
    put(blanks, (size_t)length < sizeof blanks ? (size_t)length : 0);
}

void screen_line_begins(void) {
    take();
    put_held();
    start_fresh_line();
    screen.typing = true;
}

void screen_line_ends(void) {
    screen.typing = false;
    put_held();
}

// ---- The pthread ----------------------------------------------------------------------------------

static void pause_briefly(void) {
    struct timespec time = {.tv_nsec = REDRAW_PAUSE};
    nanosleep(&time, NULL);
}

static void attend_bell(void) {
    uint64_t rings;
    if (read(screen.bell, &rings, sizeof rings) != sizeof rings || load_acquire(&screen.closing))
        return;
    screen_lock();
    if (screen.typing && rings >= RING_RESUMED)
        screen.line->resumed();
    else if (screen.typing)
        screen.line->resized();
    screen_unlock();
}

static void *serve(void *unused) {
    struct pollfd news[2] = {{.fd = screen.out, .events = POLLIN},
                             {.fd = screen.bell, .events = POLLIN}};
    while (!load_acquire(&screen.closing)) {
        if (poll(news, 2, -1) < 0)
            continue;
        if (news[1].revents)
            attend_bell();
        if (!news[0].revents)
            continue;
        screen_lock();
        take();
        bool typing = screen.typing;
        screen_unlock();
        if (typing)
            pause_briefly();
    }
    return unused;
}

static void ring(uint64_t rings) {
    int saved = errno;
    os_write_all(screen.bell, &rings, sizeof rings);
    errno = saved;
}

static void on_signal(int signal) { ring(signal == SIGCONT ? RING_RESUMED : RING); }

// ---- Opening and closing --------------------------------------------------------------------------

// The child has the pipe's end to write, as its standard output, and nothing else; what is typed is not for it.
static void leave_to_parent(void) {
    screen_unlock();
    if (screen.terminal < 0)
        return;
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    close(nothing);
    signal(SIGWINCH, SIG_DFL);
    signal(SIGCONT, SIG_DFL);
    close(screen.terminal);
    close(screen.out);
    close(screen.bell);
    screen.terminal = -1;
}

static void watch_forks(void) {
    static bool watched;
    if (!watched)
        pthread_atfork(screen_lock, screen_unlock, leave_to_parent);
    watched = true;
}

static bool start_pthread(void) {
    sigset_t all, before;
    sigfillset(&all);
    store_release(&screen.closing, false);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&screen.pthread, NULL, serve, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return error == 0;
}

static void handle(int signal, struct sigaction *old) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, old);
}

// The pipe takes the place of standard output and standard error.
static void divert(int in) {
    fcntl(in, F_SETPIPE_SZ, PIPE_SIZE);
    dup2(in, STDOUT_FILENO);
    dup2(in, STDERR_FILENO);
    close(in);
}

bool screen_open(const ScreenLine *line) {
    int ends[2];
    screen.terminal = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (screen.terminal < 0)
        return false;
    screen.bell = eventfd(0, EFD_CLOEXEC);
    if (screen.bell < 0 || pipe2(ends, O_CLOEXEC) != 0)
        goto no_pipe;
    screen.out = ends[0];
    screen.line = line;
    watch_forks();
    if (!start_pthread())
        goto no_pthread;
    divert(ends[1]);
    handle(SIGWINCH, &screen.old_resize);
    handle(SIGCONT, &screen.old_continue);
    return true;
no_pthread:
    close(ends[0]);
    close(ends[1]);
no_pipe:
    if (screen.bell >= 0)
        close(screen.bell);
    close(screen.terminal);
    screen.terminal = -1;
    return false;
}

void screen_close(void) {
    if (screen.terminal < 0)
        return;
    sigaction(SIGWINCH, &screen.old_resize, NULL);
    sigaction(SIGCONT, &screen.old_continue, NULL);
    store_release(&screen.closing, true);
    ring(RING);
    pthread_join(screen.pthread, NULL);
    dup2(screen.terminal, STDOUT_FILENO);
    dup2(screen.terminal, STDERR_FILENO);
    screen_lock();
    screen.typing = false;
    take();
    screen_unlock();
    close(screen.terminal);
    close(screen.out);
    close(screen.bell);
    text_free(&screen.held);
    screen.terminal = -1;
}
