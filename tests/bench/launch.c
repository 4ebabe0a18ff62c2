// SPDX-License-Identifier: MIT
//
// launch FD COMMAND ARGUMENT...: runs the command, and writes to the descriptor FD, in one line, its
// status (negative: the signal), wall, user and system seconds and peak resident kilobytes.
//
// The runner goes through this program because Linux counts the memory of the process that forks
// towards the peak of its child: everything started by Python itself would seem to need 10 MB.
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double seconds_of(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

int main(int argc, char **argv) {
    if (argc < 3)
        return 2;
    int report = atoi(argv[1]);
    double start = seconds_now();
    pid_t child = fork();
    if (child == 0) {
        close(report);
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    int status;
    struct rusage use;
    if (child < 0 || wait4(child, &status, 0, &use) < 0)
        return 2;
    double wall = seconds_now() - start;
    dprintf(report, "%d %.6f %.6f %.6f %ld\n",
            WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), wall,
            seconds_of(use.ru_utime), seconds_of(use.ru_stime), use.ru_maxrss);
    return 0;
}
