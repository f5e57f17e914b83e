#include <ATen/ATen.h>

#include <cmath>
#include <vector>

#include "centigan/core/error.h"
#include "centigan/metrics/extractor.h"

namespace centigan {
namespace {

// One axis: output i lies at low + weight between inputs low and high. No half-pixel shift, all in float32, as in the
// graph the metric was published with.
struct AxisTaps {
  std::vector<int64_t> low, high;
  std::vector<float> weight;

  AxisTaps(int64_t in, int64_t out) {
    const float scale = static_cast<float>(in) / static_cast<float>(out);
    for (int64_t i = 0; i < out; ++i) {
      const float source = static_cast<float>(i) * scale;
      low.push_back(static_cast<int64_t>(std::floor(source)));
      high.push_back(std::min(low.back() + 1, in - 1));
      weight.push_back(source - static_cast<float>(low.back()));
    }
  }
};

void stretch_row(const float* in, const AxisTaps& x, float* out) {
  for (size_t i = 0; i < x.weight.size(); ++i) {
    const float a = in[x.low[i]], b = in[x.high[i]];
    out[i] = a + (b - a) * x.weight[i];
  }
}

// Two stretched rows are kept, because neighbouring output rows share them.
class StretchedRows {
 public:
  StretchedRows(const float* plane, int64_t width, const AxisTaps& x) : plane_(plane), width_(width), x_(x) {
    for (auto& row : rows_) row.resize(x.weight.size());
  }

  const float* row(int64_t y) {
    const size_t slot = static_cast<size_t>(y % 2);
    if (held_[slot] != y) stretch_row(plane_ + y * width_, x_, rows_[slot].data());
    held_[slot] = y;
    return rows_[slot].data();
  }

 private:
  const float* plane_;
  int64_t width_;
  const AxisTaps& x_;
  std::vector<float> rows_[2];
  int64_t held_[2] = {-1, -1};
};

void resize_plane(const float* plane, int64_t width, const AxisTaps& y, const AxisTaps& x, float* out) {
  StretchedRows rows(plane, width, x);
  const size_t side = x.weight.size();
  for (size_t i = 0; i < y.weight.size(); ++i, out += side) {
    const float *top = rows.row(y.low[i]), *bottom = rows.row(y.high[i]);
    const float w = y.weight[i];
    for (size_t j = 0; j < side; ++j) out[j] = top[j] + (bottom[j] - top[j]) * w;
  }
}

}  // namespace

torch::Tensor resize_tf1(const torch::Tensor& images, int64_t side) {
  if (images.dim() != 4 || images.numel() == 0) {
    fail("metrics", "resize", "pictures must be [N,C,H,W] with pixels, got " + c10::str(images.sizes()),
         "give at least one picture");
  }
  const at::Tensor in = images.detach().to(at::kCPU, at::kFloat).contiguous();
  const AxisTaps y(in.size(2), side), x(in.size(3), side);
  at::Tensor out = at::empty({in.size(0), in.size(1), side, side}, at::kFloat);
  for (int64_t plane = 0; plane < in.size(0) * in.size(1); ++plane) {
    resize_plane(in.const_data_ptr<float>() + plane * in.stride(1), in.size(3), y, x,
                 out.mutable_data_ptr<float>() + plane * side * side);
  }
  return out;
}

torch::Tensor resized_by_rule(const torch::Tensor& images, int64_t side, const std::string& rule) {
  if (rule == "tf1") return resize_tf1(images, side);
  const at::Tensor in = images.detach().to(at::kCPU, at::kFloat);
  if (rule == "hp") return at::upsample_bilinear2d(in, {side, side}, false);
  if (rule == "aa") return at::_upsample_bilinear2d_aa(in, {side, side}, false);
  if (rule == "clean") return at::_upsample_bicubic2d_aa(in, {side, side}, false).clamp_(0, 255);
  fail_usage("metrics", "--resize", escaped(rule) + " is no rule",
             "tf1 (legacy), hp (half-pixel), aa (antialiased) or clean (antialiased, bicubic)");
}

}  // namespace centigan
