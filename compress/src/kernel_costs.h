// Instructions of the runtime's kernels on a Cortex-M4 or M7: counted in qemu-system-arm, gcc 12.2 -O2, 8-bit rows.
// Written by tests/bench/kernel_costs.py --write; the terms are those of instructions.h.
#pragma once

#include "centigan/compress/instructions.h"

namespace centigan {

constexpr double kKernelCosts[kDspKernels][kWorkTerms] = {
    {129.9, 2.306, 103.3, 5.061, 265.4, 35.95},   // kOnce
    {158.4, 51.49, 59.01, 2.5, 0, 0},             // kStartRows
    {844, 137.8, 1.129, 0.8475, 14.99, 1.601},    // kStrips3
    {314.1, 335.2, 4.922, 0.9057, 8.487, 4.257},  // kStripsUp3
    {659.9, 122.2, 1.022, 0.8586, 12.58, 2.362},  // kStripsUp2p
    {120.7, 0, 62.31, 1.501, 0, 0},               // kBytes3
    {342.3, 168.3, 49.64, 1.502, 52.12, 0},       // kBytesUp3
    {432.9, 23.5, 83.07, 1.506, 0, 0},            // kBytesUp2p
    {428.2, 216.3, 21.63, 2.5, 54.07, 0},         // kNarrow3
    {1657, 162.4, 23.2, 2.503, 40.6, 0},          // kNarrowUp2p
    {2235, 0, 49, 4.373, 0, 0},                   // kOdd3
    {0, 87.61, 22.56, 4.996, 90.75, 0},           // kOddUp3
    {2545, 0, 60.29, 3.934, 0, 0},                // kOddUp2p
    {0, 81.11, 0, 0, 0, 0},                       // kNoiseRows
    {17.18, 13.48, 0, 0, 0, 0},                   // kUnpack4
    {16.93, 14.73, 0, 0, 0, 0},                   // kUnpack6
    {347.8, 16, 43.48, 4.25, 12.79, 0},           // kColours
    {0, 33.26, 37.22, 5.132, 10.33, 0},           // kOddColours
    {0, 74.11, 0, 0, 0, 0},                       // kPixels
};

}  // namespace centigan
