// Marks of kernel code that has one body for several machines.
#pragma once

#if defined(__CUDACC__)
#define CENTIGAN_HOST_DEVICE __host__ __device__
#else
#define CENTIGAN_HOST_DEVICE
#endif

// One body for three instruction sets, chosen once by the loader.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define CENTIGAN_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CENTIGAN_CLONES
#endif
#define CENTIGAN_ALWAYS_INLINE inline __attribute__((always_inline))
