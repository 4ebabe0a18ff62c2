// SPDX-License-Identifier: MIT
//
// Atomics with names instead of parameters: each says what it orders. `p` points to an _Atomic
// object of at most 64 bits. Use `relaxed` for a shared word whose value alone matters (a race
// then gives an old or a new value, never a torn one); `acquire`/`release` where one word
// publishes others; `seq` only in the store-then-look handshakes (Dekker), and say which other
// side it pairs with.
#ifndef CONC_BASE_ATOMIC_H
#define CONC_BASE_ATOMIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define load_relaxed(p)        atomic_load_explicit((p), memory_order_relaxed)
#define load_acquire(p)        atomic_load_explicit((p), memory_order_acquire)
#define load_seq(p)            atomic_load_explicit((p), memory_order_seq_cst)
#define store_relaxed(p, v)    atomic_store_explicit((p), (v), memory_order_relaxed)
#define store_release(p, v)    atomic_store_explicit((p), (v), memory_order_release)
#define store_seq(p, v)        atomic_store_explicit((p), (v), memory_order_seq_cst)
#define exchange_relaxed(p, v) atomic_exchange_explicit((p), (v), memory_order_relaxed)
#define exchange_acquire(p, v) atomic_exchange_explicit((p), (v), memory_order_acquire)
#define exchange_release(p, v) atomic_exchange_explicit((p), (v), memory_order_release)
#define exchange_seq(p, v)     atomic_exchange_explicit((p), (v), memory_order_seq_cst)
#define add_relaxed(p, n)      atomic_fetch_add_explicit((p), (n), memory_order_relaxed)
#define add_seq(p, n)          atomic_fetch_add_explicit((p), (n), memory_order_seq_cst)
#define sub_relaxed(p, n)      atomic_fetch_sub_explicit((p), (n), memory_order_relaxed)
#define sub_seq(p, n)          atomic_fetch_sub_explicit((p), (n), memory_order_seq_cst)
#define or_seq(p, bits)        atomic_fetch_or_explicit((p), (bits), memory_order_seq_cst)
#define and_seq(p, bits)       atomic_fetch_and_explicit((p), (bits), memory_order_seq_cst)
#define cas_acquire(p, expected, v)                                                                \
    atomic_compare_exchange_strong_explicit((p), (expected), (v), memory_order_acquire,            \
                                            memory_order_relaxed)
#define cas_acq_rel(p, expected, v)                                                                \
    atomic_compare_exchange_strong_explicit((p), (expected), (v), memory_order_acq_rel,            \
                                            memory_order_acquire)
#define cas_seq(p, expected, v)                                                                    \
    atomic_compare_exchange_strong_explicit((p), (expected), (v), memory_order_seq_cst,            \
                                            memory_order_seq_cst)

// One turn of a spin: tells the core that this is a wait.
static inline void spin_hint(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
