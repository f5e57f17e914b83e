/* Which kernel sets this build has beside the portable one. */
#ifndef CGRT_MACHINE_H
#define CGRT_MACHINE_H

#if defined(CGRT_PORTABLE)
#elif defined(__x86_64__) && defined(__GNUC__)
#define CGRT_X86 1
#elif defined(__aarch64__) && defined(__ARM_NEON)
#define CGRT_NEON 1
#elif defined(__wasm_simd128__)
#define CGRT_WASM 1
#elif defined(__ARM_FEATURE_MVE) && defined(__GNUC__)
#define CGRT_MVE 1
#elif defined(__ARM_FEATURE_DSP) && defined(__GNUC__) && __ARM_ARCH_PROFILE == 'M'
#define CGRT_DSP 1
#endif

/* Whether strips.c is used. */
#if CGRT_X86 || CGRT_NEON || CGRT_WASM
#define CGRT_VECTORS 1
#endif

/* Microcontrollers with a set of their own. */
#if CGRT_DSP || CGRT_MVE
#define CGRT_CORTEX_M 1
#endif

/* On a microcontroller: a function that must not become a part of its caller, whose registers and stack would grow. The second kind
 * makes code larger, and portable code of Thumb-2 does without. */
#if defined(__GNUC__) && __ARM_ARCH_PROFILE == 'M'
#define CGRT_ALONE __attribute__((noinline))
#else
#define CGRT_ALONE
#endif
#if CGRT_CORTEX_M || !defined(__thumb2__)
#define CGRT_APART CGRT_ALONE
#else
#define CGRT_APART
#endif

/* Loops of a known length over vectors must be unrolled, or the registers become memory. */
#define CGRT_PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define CGRT_UNROLL(n) CGRT_PRAGMA(clang loop unroll(full))
#elif defined(__GNUC__)
#define CGRT_UNROLL(n) CGRT_PRAGMA(GCC unroll n)
#else
#define CGRT_UNROLL(n)
#endif

#endif
