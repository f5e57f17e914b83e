// The convolutions of the FID Inception network as data.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace centigan {

struct InceptionConv {
  std::string name;  // as stored, without the prefix net.layers.
  int64_t in, out, kernel_h, kernel_w, stride, pad_h, pad_w;
};

// All 94, in the order of the computation.
std::vector<InceptionConv> inception_convs();

inline constexpr const char* kInceptionPrefix = "net.layers.";

}  // namespace centigan
