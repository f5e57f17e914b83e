// Plain loops over channels-last memory, without torch. bf16 values travel as their 16 bits.
#pragma once
#include <cstdint>

namespace centigan::lite_kernels {

// One picture: `pixels` rows of `channels` values.
struct Rows {
  int64_t pixels, channels;
};

// out = scale[c] * lrelu(x + bias[c]) + residual (residual may be null).
void epilogue_forward(Rows rows, float slope, const uint16_t* x, const float* bias, const float* scale,
                      const uint16_t* residual, uint16_t* out);
void epilogue_forward(Rows rows, float slope, const float* x, const float* bias, const float* scale,
                      const float* residual, float* out);

// grad_x, and added to grad_bias[c], grad_scale[c]: their sums over the picture.
void epilogue_backward(Rows rows, float slope, const uint16_t* grad_out, const uint16_t* x, const float* bias,
                       const float* scale, uint16_t* grad_x, float* grad_bias, float* grad_scale);
void epilogue_backward(Rows rows, float slope, const float* grad_out, const float* x, const float* bias,
                       const float* scale, float* grad_x, float* grad_bias, float* grad_scale);

// rgb[r][p] = sum_c weight[r][c] * x[p][c]; planes of `pixels` values.
void rgb_forward(Rows rows, int64_t planes, const uint16_t* x, const float* weight, float* rgb);
void rgb_forward(Rows rows, int64_t planes, const float* x, const float* weight, float* rgb);

// grad_x[p][c], and added to grad_weight[r][c]: its sum over the picture.
void rgb_backward(Rows rows, int64_t planes, const float* grad_rgb, const uint16_t* x, const float* weight,
                  uint16_t* grad_x, float* grad_weight);
void rgb_backward(Rows rows, int64_t planes, const float* grad_rgb, const float* x, const float* weight, float* grad_x,
                  float* grad_weight);

// out = clamp(floor(u * (u >= 0 ? positive[c] : negative[c]) + 0.5), -127, 127), u = x + bias[c].
void requantise_forward(Rows rows, const float* x, const float* bias, const float* positive, const float* negative,
                        float* out);

// Straight through the rounding, nothing through the clamp: grad_x, and added to grad_bias[c], grad_scale[c] the sums
// over the picture; the negative multiplier counts as slope times the positive one.
void requantise_backward(Rows rows, float slope, const float* grad_out, const float* x, const float* bias,
                         const float* positive, const float* negative, float* grad_x, float* grad_bias,
                         float* grad_scale);

}  // namespace centigan::lite_kernels
