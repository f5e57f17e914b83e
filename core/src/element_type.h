// The element types our file formats know, and how their bytes become tensors.
#pragma once
#include <torch/types.h>

#include <string>
#include <vector>

namespace centigan {

struct ElementType {
  at::ScalarType type;
  size_t size;
  const char* name;  // in checkpoints
  const char* safetensors;
  const char* npy;  // "" if numpy has no such type
};

const std::vector<ElementType>& element_types();
const ElementType* find_element_type(at::ScalarType type);  // nullptr: not in any of our files

// Elements of a shape; -1 if a size is negative or the bytes (sides of 0 left out) pass 2^62.
int64_t checked_numel(const std::vector<int64_t>& shape, size_t element_size);

// A new CPU tensor with a copy of the bytes (any alignment). Booleans other than 0 and 1 become 1.
torch::Tensor tensor_from_bytes(const void* bytes, const std::vector<int64_t>& shape, at::ScalarType type);

// Detached, contiguous, on the CPU.
torch::Tensor plain_tensor(const torch::Tensor& tensor);

}  // namespace centigan
