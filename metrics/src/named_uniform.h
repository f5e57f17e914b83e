// Choices that belong to a name: the same on every machine and in every program that knows the formula.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace centigan {

// U(name)[0..count): (mix(i + CRC-32 of the name) + 0.5) / 2^32, in (0,1) (docs/metrics.md).
std::vector<double> named_uniform(std::string_view name, int64_t count);

// 0 … count-1 by ascending U(name), ties by index.
std::vector<int64_t> named_order(std::string_view name, int64_t count);

// The `size` indices of 0 … count-1 with the smallest U(name), ascending.
std::vector<int64_t> named_subset(std::string_view name, int64_t count, int64_t size);

}  // namespace centigan
