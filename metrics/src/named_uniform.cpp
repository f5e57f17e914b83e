#include "named_uniform.h"

#include <algorithm>
#include <numeric>

#include "centigan/core/hash.h"

namespace centigan {
namespace {

uint32_t mixed(uint32_t v) {
  v = (v ^ (v >> 16)) * 0x7FEB352Du;
  v = (v ^ (v >> 15)) * 0x846CA68Bu;
  return v ^ (v >> 16);
}

}  // namespace

std::vector<double> named_uniform(std::string_view name, int64_t count) {
  const uint32_t start = crc32(name);
  std::vector<double> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = (mixed(static_cast<uint32_t>(i) + start) + 0.5) / 4294967296.0;
  }
  return values;
}

std::vector<int64_t> named_order(std::string_view name, int64_t count) {
  const std::vector<double> key = named_uniform(name, count);
  std::vector<int64_t> order(key.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return key[static_cast<size_t>(a)] < key[static_cast<size_t>(b)]; });
  return order;
}

std::vector<int64_t> named_subset(std::string_view name, int64_t count, int64_t size) {
  std::vector<int64_t> order = named_order(name, count);
  order.resize(static_cast<size_t>(size));
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace centigan
