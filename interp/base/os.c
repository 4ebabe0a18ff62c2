// SPDX-License-Identifier: MIT
//
// The seam to Linux. Nothing above this file knows a system call by number or a file of /proc or
// /sys. Pages are taken without a reservation of swap: address room costs nothing until touched.
#include "base/os.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

uint64_t os_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

// Arguments and environment take of it, too; and it grows only where there is room below.
size_t os_stack_size(void) {
    const size_t most = 8 << 20;
    struct rlimit limit;
    size_t size = most;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < most)
        size = limit.rlim_cur;
    return size / 4 * 3;
}

// The thread sanitizer puts a signal off until a call that it intercepts ends. Waits that it knows it lets a
// signal end, but it knows neither a futex nor, in a child of a process of many threads, any wait at all.
#ifdef __SANITIZE_THREAD__
enum { LONGEST_SLEEP = 50000000 }; // nanoseconds
uint64_t os_sleep_until(uint64_t deadline) {
    uint64_t look = os_now() + LONGEST_SLEEP;
    return look < deadline ? look : deadline;
}

void __sanitizer_syscall_pre_impl_close(long fd); // gcc has no header for it
void os_tell_closed(int fd) { __sanitizer_syscall_pre_impl_close(fd); }
#else
void os_tell_closed(int fd) { (void)fd; }
uint64_t os_sleep_until(uint64_t deadline) { return deadline; }
#endif

// FUTEX_WAIT_BITSET takes an absolute time of the monotonic clock, FUTEX_WAIT a relative one.
static bool futex_wait(_Atomic uint32_t *word, int operation, uint32_t expected,
                       uint64_t deadline) {
    struct timespec t, *until = NULL;
    uint64_t end = os_sleep_until(deadline);
    if (end != UINT64_MAX) {
        t.tv_sec = (time_t)(end / 1000000000u);
        t.tv_nsec = (long)(end % 1000000000u);
        until = &t;
    }
    long r = syscall(SYS_futex, word, operation, expected, until, NULL, FUTEX_BITSET_MATCH_ANY);
    return r == 0 || errno != ETIMEDOUT || end != deadline;
}

bool os_futex_wait(_Atomic uint32_t *word, uint32_t expected, uint64_t deadline) {
    return futex_wait(word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected, deadline);
}

void os_futex_wake(_Atomic uint32_t *word, int count) {
    syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, count, NULL, NULL, 0);
}

bool os_futex_wait_shared(_Atomic uint32_t *word, uint32_t expected, uint64_t deadline) {
    return futex_wait(word, FUTEX_WAIT_BITSET, expected, deadline);
}

void os_futex_wake_shared(_Atomic uint32_t *word, int count) {
    syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}

// A mapping of `bytes + alignment`, with what stands over at both ends given back.
void *os_pages_alloc(size_t bytes, size_t alignment) {
    if (bytes > SIZE_MAX - alignment - OS_PAGE)
        return NULL;
    bytes = (bytes + OS_PAGE - 1) & ~(size_t)(OS_PAGE - 1);
    size_t total = bytes + alignment;
    char *at = mmap(NULL, total, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED)
        return NULL;
    size_t before = (alignment - ((uintptr_t)at & (alignment - 1))) & (alignment - 1);
    if (before)
        munmap(at, before);
    if (alignment - before)
        munmap(at + before + bytes, alignment - before);
    return at + before;
}

void os_pages_free(void *pages, size_t bytes) { munmap(pages, bytes); }
void os_pages_huge(void *pages, size_t bytes) {
#ifdef MADV_HUGEPAGE
    madvise(pages, bytes, MADV_HUGEPAGE); // it is only an advice
#else
    (void)pages, (void)bytes;
#endif
}

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 // since Linux 6.13: within a mapping, which mprotect makes three of
#endif
bool os_pages_guard(void *pages, size_t bytes) {
    return madvise(pages, bytes, MADV_GUARD_INSTALL) == 0 || mprotect(pages, bytes, PROT_NONE) == 0;
}

void os_pages_discard(void *pages, size_t bytes) { madvise(pages, bytes, MADV_DONTNEED); }

void *os_shared_alloc(size_t bytes) {
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE,
                    -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

void os_shared_discard(void *pages, size_t bytes) { madvise(pages, bytes, MADV_REMOVE); }

int os_cpu_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

// The number in a file of one line; SIZE_MAX where there is none ("max").
static size_t read_number(const char *path) {
    FILE *file = fopen(path, "re");
    if (!file)
        return SIZE_MAX;
    unsigned long long n = 0;
    bool is_number = fscanf(file, "%llu", &n) == 1;
    fclose(file);
    return is_number ? (size_t)n : SIZE_MAX;
}

size_t os_physical_memory(void) {
    size_t memory = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
    size_t v2 = read_number("/sys/fs/cgroup/memory.max");
    size_t v1 = v2 == SIZE_MAX ? read_number("/sys/fs/cgroup/memory/memory.limit_in_bytes") : v2;
    if (v2 < memory)
        memory = v2;
    return v1 < memory ? v1 : memory;
}

void os_yield(void) { sched_yield(); }

void os_fatal(const char *format, ...) {
    char text[1024];
    va_list list;
    va_start(list, format);
    int n = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    os_write_all(2, "conc: fatal: ", 13);
    os_write_all(2, text, length);
    os_write_all(2, "\n", 1);
    abort();
}

void *os_malloc(size_t bytes) {
    void *p = malloc(bytes ? bytes : 1);
    if (!p)
        os_fatal("out of memory (%zu bytes)", bytes);
    return p;
}

void *os_calloc(size_t count, size_t size) {
    void *p = calloc(count ? count : 1, size ? size : 1);
    if (!p)
        os_fatal("out of memory (%zu times %zu bytes)", count, size);
    return p;
}

void *os_realloc(void *pointer, size_t bytes) {
    void *p = realloc(pointer, bytes ? bytes : 1);
    if (!p)
        os_fatal("out of memory (%zu bytes)", bytes);
    return p;
}

bool os_write_all(int fd, const void *data, size_t length) {
    const char *at = data;
    while (length > 0) {
        ssize_t n = write(fd, at, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        at += n;
        length -= (size_t)n;
    }
    return true;
}
