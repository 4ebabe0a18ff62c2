// SPDX-License-Identifier: MIT
//
// The one seam to the operating system (Linux): time, futexes, pages, machine facts.
// Every function may be called from any thread.
#ifndef CONC_BASE_OS_H
#define CONC_BASE_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/atomic.h"

// Nanoseconds of the monotonic clock.
uint64_t os_now(void);
// Sleeps while *word == expected, until woken or `deadline` (os_now time; UINT64_MAX: none).
// May return early for no reason. False if the deadline has passed.
bool os_futex_wait(_Atomic uint32_t *word, uint32_t expected, uint64_t deadline);
void os_futex_wake(_Atomic uint32_t *word, int count);
// The same for a word in memory that several processes share.
bool os_futex_wait_shared(_Atomic uint32_t *word, uint32_t expected, uint64_t deadline);
void os_futex_wake_shared(_Atomic uint32_t *word, int count);
// When a sleep that is to end at the deadline looks up: at the deadline, but for sanitizers that hold
// signals back while it lasts.
uint64_t os_sleep_until(uint64_t deadline);
// Says that a library is about to close the descriptor by a system call that no sanitizer sees: what has its
// number next is another one.
void os_tell_closed(int fd);

// `bytes` (whole pages are taken) of zeroed memory aligned to `alignment` (a power of two, at least a page); NULL on
// failure.
void *os_pages_alloc(size_t bytes, size_t alignment);
void os_pages_free(void *pages, size_t bytes);
// Asks for huge pages for the range, which begins at one: one page fault instead of 512. What does not fill one at its
// end stays as it is.
enum { OS_PAGE = 4096, OS_HUGE_PAGE = 2 << 20 };
void os_pages_huge(void *pages, size_t bytes);
// Whoever touches the pages is ended by SIGSEGV. False where the system cannot do that. Given back with those around.
bool os_pages_guard(void *pages, size_t bytes);
// Gives the pages' memory back; they read as zero from then on.
void os_pages_discard(void *pages, size_t bytes);
// Address room for `bytes` that this process and those forked from it share, zeroed, without a name in
// the system: memory is taken where it is touched, and gone with the last process that maps it. NULL
// with errno. Given back by os_pages_free.
void *os_shared_alloc(size_t bytes);
// Gives the memory of whole pages back, for all processes; they read as zero from then on.
void os_shared_discard(void *pages, size_t bytes);

// Bytes of C stack that the process's first thread has beyond what it uses now, at a careful guess.
size_t os_stack_size(void);
int os_cpu_count(void);          // processors this process may run on
size_t os_physical_memory(void); // bytes, cgroup limit included

// Lets another thread of this processor run.
void os_yield(void);

// Prints "conc: fatal: ..." and ends the process (status 134, core dump allowed).
_Noreturn void os_fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));

// malloc that does not fail (os_fatal without memory).
void *os_malloc(size_t bytes);
void *os_calloc(size_t count, size_t size);
void *os_realloc(void *pointer, size_t bytes);

// Writes all of it, whatever signals come between. False on an error (errno set).
bool os_write_all(int fd, const void *data, size_t length);

#endif
