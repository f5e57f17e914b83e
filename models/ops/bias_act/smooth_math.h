// Exponentials for the smooth activations. In float on the CPU polynomials, which compilers vectorise where they call a
// function a value for the standard ones; in double, and on CUDA, the standard ones. A NaN stays one.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

#include "common/device_math.h"

namespace centigan {

CENTIGAN_MATH double exp_of(double x) {
  return std::exp(x);
}
CENTIGAN_MATH double expm1_of(double x) {
  return std::expm1(x);
}
CENTIGAN_MATH double log1p_of(double x) {
  return std::log1p(x);
}
CENTIGAN_MATH double tanh_of(double x) {
  return std::tanh(x);
}

#ifdef __CUDACC__
CENTIGAN_MATH float exp_of(float x) {
  return expf(x);
}
CENTIGAN_MATH float expm1_of(float x) {
  return expm1f(x);
}
CENTIGAN_MATH float log1p_of(float x) {
  return log1pf(x);
}
CENTIGAN_MATH float tanh_of(float x) {
  return tanhf(x);
}
#else

// 2^n for n of -126 to 127.
CENTIGAN_MATH float power_of_two(int32_t n) {
  const int32_t bits = (n + 127) << 23;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

// x = n ln 2 + r with whole n and |r| <= ln 2 / 2; expm1 is e^r - 1 (Cephes' polynomial).
struct ReducedExponential {
  int32_t n;
  float expm1;
};
CENTIGAN_MATH ReducedExponential reduced_exponential(float x) {
  const float n = (x * 1.44269504f + 12582912.0f) - 12582912.0f;  // to the nearest integer
  const float r = x - n * 0.693359375f + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f, p = p * r + 8.3334519073e-3f, p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f, p = p * r + 5.0000001201e-1f;
  return {static_cast<int32_t>(n), p * r * r + r};
}

// Results below 2^-126 are 0.
CENTIGAN_MATH float exp_of(float x) {
  const float inside = x < -87.33f ? -87.33f : x > 88.72f ? 88.72f : x == x ? x : 0.0f;
  const ReducedExponential e = reduced_exponential(inside);
  const int32_t half = e.n >> 1, rest = e.n - half;
  const float y = (e.expm1 + 1.0f) * power_of_two(half) * power_of_two(rest);  // in two factors: n may be 128
  return x > 88.72f ? INFINITY : x < -87.33f ? 0.0f : x == x ? y : x;
}

// e^x - 1 for x up to 88, above that infinity.
CENTIGAN_MATH float expm1_of(float x) {
  const float inside = x < -30.0f ? -30.0f : x > 88.0f ? 88.0f : x == x ? x : 0.0f;
  const ReducedExponential e = reduced_exponential(inside);
  const float scale = power_of_two(e.n), y = e.expm1 * scale + (scale - 1.0f);
  return x > 88.0f ? INFINITY : x == x ? y : x;
}

// log(1 + x) for x of 0 to 1 (Cephes' polynomial for the logarithm around 1).
CENTIGAN_MATH float log1p_of(float x) {
  const bool upper = x > 0.41421356f;
  const float f = upper ? 0.5f * x - 0.5f : x;  // 1 + x, halved where it is above sqrt(2), is 1 + f
  float p = 7.0376836292e-2f;
  p = p * f - 1.1514610310e-1f, p = p * f + 1.1676998740e-1f, p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f, p = p * f - 1.6668057665e-1f, p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f, p = p * f + 3.3333331174e-1f;
  const float z = f * f, y = f - 0.5f * z + f * z * p;
  return upper ? y + 0.693147181f : y;
}

CENTIGAN_MATH float tanh_of(float x) {
  const float a = x < 0.0f ? -x : x, z = x * x;
  float p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f, p = p * z - 5.37397155531e-2f, p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const float far = 1.0f - 2.0f / (exp_of(2.0f * a) + 1.0f);
  return a < 0.625f ? p * z * x + x : x < 0.0f ? -far : far;
}
#endif

}  // namespace centigan
