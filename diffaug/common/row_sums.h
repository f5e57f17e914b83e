// Loops over rows that filters are made of. Plain C++, no torch.
#pragma once
#include <cstdint>

namespace centigan {

// out[i] = sum over k of weights[k] * rows[k][i], summed in the order of k. out overlaps no row; count >= 1.
void sum_rows(const float* const* rows, const float* weights, int count, float* out, int64_t n);
void sum_rows(const double* const* rows, const double* weights, int count, double* out, int64_t n);

// out[2i] = even[i], out[2i+1] = odd[i], and back.
void interleave(const float* even, const float* odd, float* out, int64_t n);
void interleave(const double* even, const double* odd, double* out, int64_t n);
void deinterleave(const float* in, float* even, float* odd, int64_t n);
void deinterleave(const double* in, double* even, double* odd, int64_t n);

}  // namespace centigan
