// SPDX-License-Identifier: MIT
//
// One loop waits for whatever comes first: output of a test, its end, a time-out, a signal. A run goes
// through these phases; each but the last has a deadline for the next:
//
//   RUNS --(time-out: SIGQUIT)--> ASKED --(it has said what runs: SIGTERM)--> ENDS --(SIGKILL)--> KILLED
//   RUNS --(Ctrl-C: SIGTERM)----------------------------------------------> ENDS
//   RUNS --(passed, but processes of its group are left)--> LINGERS
//
// This process is the reaper of whatever its children leave behind: once a test's own process has ended the
// rest of its group is killed and waited for. A test that has passed waits a little before that: a child of a
// child that was killed notices by itself, and only one that stays was left behind.
#include "cli/test_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "base/translate.h"
#include "cli/test_child.h"
#include "sched/park.h"
#include "syntax/diagnostic.h"

enum { OUTPUT_MOST = 1 << 20 };               // bytes that are kept of what a run prints
enum { ASK_SECONDS = 2, LINGER_SECONDS = 3 }; // to say what runs; to notice that the parent is gone
static const double end_seconds = 2.5; // for finally blocks: what a script's end has, and a little

typedef enum Phase { PHASE_RUNS, PHASE_ASKED, PHASE_ENDS, PHASE_KILLED, PHASE_LINGERS } Phase;

typedef struct Stream {
    int fd; // -1: closed
    Text text;
    bool cut;
} Stream;

typedef struct Run {
    TestCase *test;  // NULL: the slot is free
    uint32_t number; // from 1
    pid_t pid;
    Phase phase;
    bool late;         // --timeout
    bool survived;     // LINGERS took too long
    int status;        // of the test's own process, from LINGERS on
    size_t asked_at;   // how long the report was then
    size_t answer_end; // and where the answer ends
    uint64_t started, deadline;
    Stream output, report;
} Run;

typedef struct Runner {
    TestPlan *plan;
    const TestOptions *options;
    TestReport *reporter;
    Run *runs; // options->jobs of them
    int running;
    size_t next; // the case of the next run
    int signals; // a signalfd
    int caught;  // the signal that ends it all, or 0
    int error;   // an errno, or 0
    pid_t self;
    sigset_t mask;               // as it was before
    _Atomic(uint32_t) *verdicts; // shared with the children; one a slot
    struct pollfd *fds;
} Runner;

// ---- Streams ----------------------------------------------------------------------------------

static void stream_close(Stream *stream) {
    if (stream->fd >= 0)
        close(stream->fd);
    stream->fd = -1;
}

static void stream_keep(Stream *stream, const char *data, size_t size) {
    size_t room = OUTPUT_MOST - stream->text.length;
    if (size > room) {
        size = room;
        stream->cut = true;
    }
    text_append(&stream->text, data, size);
}

// Reads what is there, but not for ever, as a test may write faster than this reads. What a pipe holds once its
// writers have gone is read whole.
static void stream_read(Stream *stream) {
    enum { TURNS = 128 };
    char buffer[16384];
    for (int i = 0; i < TURNS && stream->fd >= 0; i++) {
        ssize_t got = read(stream->fd, buffer, sizeof buffer);
        if (got > 0)
            stream_keep(stream, buffer, (size_t)got);
        else if (got == 0 || (errno != EAGAIN && errno != EINTR))
            stream_close(stream);
        else if (errno == EAGAIN)
            return;
    }
}

static bool stream_open(Stream *stream, int *other_end) {
    int ends[2];
    *stream = (Stream){.fd = -1};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    stream->fd = ends[0];
    *other_end = ends[1];
    return true;
}

// ---- Starting ---------------------------------------------------------------------------------

static TestChild describe_child(const Runner *runner, const Run *run, int output, int report) {
    return (TestChild){.file = &runner->plan->files[run->test->file],
                       .number = run->test->number,
                       .memory_limit = runner->options->memory_limit,
                       .colour = runner->reporter->colour,
                       .output = output,
                       .report = report,
                       .parent = runner->self,
                       .signals = runner->mask,
                       .verdict = &runner->verdicts[run - runner->runs]};
}

// In the child: the ends that are the parent's.
static void close_parents(const Runner *runner) {
    for (int i = 0; i < runner->options->jobs; i++)
        if (runner->runs[i].test) {
            stream_close(&runner->runs[i].output);
            stream_close(&runner->runs[i].report);
        }
    close(runner->signals);
}

// SIGQUIT is held back in the child until it can answer it.
static pid_t fork_unasked(void) {
    sigset_t quit;
    sigemptyset(&quit);
    sigaddset(&quit, SIGQUIT);
    sigprocmask(SIG_BLOCK, &quit, NULL);
    pid_t pid = fork();
    int error = errno;
    if (pid != 0)
        sigprocmask(SIG_UNBLOCK, &quit, NULL);
    errno = error;
    return pid;
}

static bool fork_run(Runner *runner, Run *run) {
    int output = -1, report = -1;
    run->report.fd = -1;
    bool ok = stream_open(&run->output, &output) && stream_open(&run->report, &report);
    run->pid = ok ? fork_unasked() : -1;
    if (run->pid == 0) {
        TestChild child = describe_child(runner, run, output, report);
        close_parents(runner);
        test_child_run(&child);
    }
    int error = errno;
    if (output >= 0)
        close(output);
    if (report >= 0)
        close(report);
    if (run->pid > 0) {
        setpgid(run->pid, run->pid); // here as well: it may be signalled before it has come to that
        return true;
    }
    stream_close(&run->output);
    stream_close(&run->report);
    errno = error;
    return false;
}

static Run *free_run(Runner *runner) {
    for (int i = 0; i < runner->options->jobs; i++)
        if (!runner->runs[i].test)
            return &runner->runs[i];
    return NULL;
}

// False with errno.
static bool start_next(Runner *runner) {
    TestCase *test = &runner->plan->cases[runner->next];
    Run *run = free_run(runner);
    *run = (Run){.test = test, .number = test->result.started + 1, .started = os_now()};
    run->deadline = deadline_after(runner->options->timeout);
    store_seq(&runner->verdicts[run - runner->runs], VERDICT_NONE);
    if (!fork_run(runner, run)) {
        run->test = NULL;
        return false;
    }
    runner->running++;
    if (++test->result.started == runner->options->repeat)
        runner->next++;
    return true;
}

// Where the system has no more processes or descriptors, fewer run at once.
static void start_runs(Runner *runner) {
    while (!runner->caught && !runner->error && runner->running < runner->options->jobs &&
           runner->next < runner->plan->case_count) {
        if (start_next(runner))
            continue;
        if (runner->running == 0)
            runner->error = errno;
        return;
    }
}

// ---- Ending -----------------------------------------------------------------------------------

static void go_to(Run *run, Phase phase, int signal, double seconds) {
    run->phase = phase;
    run->deadline = seconds > 0 ? deadline_after(seconds) : DEADLINE_NEVER;
    kill(phase == PHASE_KILLED ? -run->pid : run->pid, signal);
}

static void ask(Run *run) {
    run->late = true;
    run->asked_at = run->report.text.length;
    go_to(run, PHASE_ASKED, SIGQUIT, ASK_SECONDS);
}

static void end_asked(Run *run) {
    run->answer_end = run->report.text.length;
    go_to(run, PHASE_ENDS, SIGTERM, end_seconds);
}

static void look_at_clock(Run *run) {
    bool passed = os_now() >= run->deadline;
    switch (run->phase) {
    case PHASE_RUNS:
        if (passed)
            ask(run);
        break;
    case PHASE_ASKED:
        if (passed || run->report.text.length > run->asked_at)
            end_asked(run);
        break;
    case PHASE_ENDS:
        if (passed)
            go_to(run, PHASE_KILLED, SIGKILL, 0);
        break;
    case PHASE_KILLED: break;
    case PHASE_LINGERS: run->survived = passed; break;
    }
}

// Once more at Ctrl-C: no more patience.
static void interrupt_all(Runner *runner, int signal) {
    bool again = runner->caught != 0;
    runner->caught = signal;
    for (int i = 0; i < runner->options->jobs; i++) {
        Run *run = &runner->runs[i];
        if (run->test && run->phase == PHASE_LINGERS)
            run->survived = true;
        else if (run->test && again)
            go_to(run, PHASE_KILLED, SIGKILL, 0);
        else if (run->test && run->phase < PHASE_ENDS)
            end_asked(run);
    }
}

// ---- What has come of a run -------------------------------------------------------------------

static void say(const Runner *runner, Text *out, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void say(const Runner *runner, Text *out, const char *format, ...) {
    Text line = {0};
    va_list list;
    va_start(list, format);
    text_format_list(&line, translate(format), list);
    va_end(list);
    diagnostic_head(out, text_data(&line), NULL, runner->reporter->colour);
    text_free(&line);
}

// The report of a run that came to its end has been written; else it is said how it ended.
static void explain_end(const Runner *runner, int status, uint32_t verdict, Text *why) {
    if (WIFSIGNALED(status)) {
        const char *name = sigabbrev_np(WTERMSIG(status));
        say(runner, why, "signal %s%s ended the test's process", name ? "SIG" : "",
            name ? name : strsignal(WTERMSIG(status)));
    } else if (verdict == VERDICT_NONE || WEXITSTATUS(status) != 0) {
        say(runner, why, "the test's process ended with status %d", WEXITSTATUS(status));
    }
}

static void explain_late(const Runner *runner, const Run *run, Text *why) {
    Text answer = {0};
    size_t end = run->phase == PHASE_ASKED ? run->report.text.length : run->answer_end;
    text_append(why, text_data(&run->report.text), run->asked_at);
    say(runner, why, "the test took longer than %g s, and was ended", runner->options->timeout);
    text_append(&answer, text_data(&run->report.text) + run->asked_at, end - run->asked_at);
    if (answer.length > 0)
        text_string(why, translate("what there was at that moment:\n"));
    text_indent(why, "  ", &answer);
    text_free(&answer);
}

static void note_cut(Stream *stream) {
    if (stream->cut)
        text_string(&stream->text, translate("\n... and more than can be kept\n"));
}

static void take_text(Text *to, Text *from) {
    text_free(to);
    *to = *from;
    *from = (Text){0};
}

static void explain(const Runner *runner, Run *run, uint32_t verdict, Text *why) {
    if (run->late) {
        explain_late(runner, run, why);
        return;
    }
    take_text(why, &run->report.text);
    explain_end(runner, run->status, verdict, why);
    if (run->survived)
        say(runner, why, "a process that was started by a process of the test runs still");
}

static uint32_t verdict_of(const Runner *runner, const Run *run) {
    return load_seq(&runner->verdicts[run - runner->runs]);
}

static bool has_passed(const Runner *runner, const Run *run) {
    return !run->late && !run->survived && run->status == 0 &&
           verdict_of(runner, run) == VERDICT_PASSED;
}

static void note_failure(const Runner *runner, Run *run) {
    TestResult *result = &run->test->result;
    uint32_t verdict = verdict_of(runner, run);
    if (result->failed++ > 0)
        return;
    result->first_failed = run->number;
    result->broken = verdict == VERDICT_BROKEN && !run->late;
    explain(runner, run, verdict, &result->why);
    take_text(&result->output, &run->output.text);
}

static void note_result(const Runner *runner, Run *run) {
    TestResult *result = &run->test->result;
    bool shown = runner->options->verbose || runner->options->junit; // also of those that pass
    note_cut(&run->output);
    note_cut(&run->report);
    result->ended++;
    result->seconds += (double)(os_now() - run->started) / 1e9;
    if (!has_passed(runner, run))
        note_failure(runner, run);
    else if (shown && result->failed == 0)
        take_text(&result->output, &run->output.text);
}

// ---- Reaping ----------------------------------------------------------------------------------

// Reaps those of the group that have ended. True while one runs: then the number is its group's still. Whoever of
// the group loses its parent becomes a child of this process before that parent can be waited for.
static bool group_runs(pid_t group) {
    int status;
    pid_t reaped;
    while ((reaped = waitpid(-group, &status, WNOHANG)) > 0 || (reaped < 0 && errno == EINTR)) {
    }
    return reaped == 0;
}

static void kill_group(pid_t group) {
    int status;
    while (group_runs(group)) {
        kill(-group, SIGKILL);
        waitpid(-group, &status, 0);
    }
}

// A run that an interrupt has cut off has no result.
static bool is_cut_off(const Runner *runner, const Run *run) {
    return runner->caught && !run->late && run->phase >= PHASE_ENDS;
}

static void end_run(Runner *runner, Run *run) {
    kill_group(run->pid);
    stream_read(&run->output);
    stream_read(&run->report);
    stream_close(&run->output);
    stream_close(&run->report);
    if (!is_cut_off(runner, run))
        note_result(runner, run);
    text_free(&run->output.text);
    text_free(&run->report.text);
    run->test = NULL;
    runner->running--;
}

// The test's own process has ended, and has left none that is to be waited for.
static bool leader_ended(const Runner *runner, Run *run) {
    if (waitpid(run->pid, &run->status, WNOHANG) != run->pid)
        return false;
    if (!has_passed(runner, run) || !group_runs(run->pid))
        return true;
    run->phase = PHASE_LINGERS;
    run->deadline = deadline_after(LINGER_SECONDS);
    return false;
}

static bool has_ended(const Runner *runner, Run *run) {
    if (run->phase != PHASE_LINGERS)
        return leader_ended(runner, run);
    return run->survived || !group_runs(run->pid);
}

// ---- The loop ---------------------------------------------------------------------------------

static void take_signals(Runner *runner) {
    struct signalfd_siginfo info;
    while (read(runner->signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo != SIGCHLD)
            interrupt_all(runner, (int)info.ssi_signo);
}

// Milliseconds until the first deadline, rounded up.
static int time_left(const Runner *runner) {
    uint64_t first = UINT64_MAX, now = os_now();
    for (int i = 0; i < runner->options->jobs; i++)
        if (runner->runs[i].test && runner->runs[i].deadline < first)
            first = runner->runs[i].deadline;
    if (first == UINT64_MAX)
        return -1;
    uint64_t left = first > now ? (first - now) / 1000000 + 1 : 0;
    return left < 60000 ? (int)left : 60000;
}

static void wait_for_news(Runner *runner) {
    nfds_t count = 0;
    runner->fds[count++] = (struct pollfd){.fd = runner->signals, .events = POLLIN};
    for (int i = 0; i < runner->options->jobs; i++) {
        const Run *run = &runner->runs[i];
        if (!run->test)
            continue;
        runner->fds[count++] = (struct pollfd){.fd = run->output.fd, .events = POLLIN};
        runner->fds[count++] = (struct pollfd){.fd = run->report.fd, .events = POLLIN};
    }
    poll(runner->fds, count, time_left(runner));
}

static const TestCase *attend(Runner *runner) {
    const TestCase *running = NULL;
    take_signals(runner);
    for (int i = 0; i < runner->options->jobs; i++) {
        Run *run = &runner->runs[i];
        if (!run->test)
            continue;
        stream_read(&run->output);
        stream_read(&run->report);
        if (has_ended(runner, run)) { // first, as this process may have been stopped for a while
            end_run(runner, run);
            continue;
        }
        look_at_clock(run);
        running = run->test;
    }
    return running;
}

static void loop(Runner *runner) {
    const TestCase *running = NULL;
    for (;;) {
        start_runs(runner);
        if (runner->running == 0)
            return;
        test_report_update(runner->reporter, running);
        wait_for_news(runner);
        running = attend(runner);
    }
}

// SIGCHLD may have been ignored by who has started this process: then the system would reap.
static bool begin(Runner *runner) {
    sigset_t handled;
    sigemptyset(&handled);
    sigaddset(&handled, SIGCHLD);
    sigaddset(&handled, SIGINT);
    sigaddset(&handled, SIGTERM);
    sigaddset(&handled, SIGHUP);
    runner->signals = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
    runner->verdicts = os_shared_alloc((size_t)runner->options->jobs * sizeof *runner->verdicts);
    if (runner->signals < 0 || !runner->verdicts)
        return false;
    signal(SIGCHLD, SIG_DFL);
    sigprocmask(SIG_BLOCK, &handled, &runner->mask);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    runner->runs = os_calloc((size_t)runner->options->jobs, sizeof *runner->runs);
    runner->fds = os_calloc((size_t)runner->options->jobs * 2 + 1, sizeof *runner->fds);
    return true;
}

int test_run_all(TestPlan *plan, const TestOptions *options, TestReport *report) {
    Runner runner = {.plan = plan, .options = options, .reporter = report, .self = getpid()};
    if (!begin(&runner))
        return -1;
    loop(&runner);
    sigprocmask(SIG_SETMASK, &runner.mask, NULL);
    close(runner.signals);
    os_pages_free((void *)runner.verdicts, (size_t)options->jobs * sizeof *runner.verdicts);
    free(runner.runs);
    free(runner.fds);
    errno = runner.error;
    return runner.error ? -1 : runner.caught;
}
