#include "element_type.h"

#include <ATen/ops/empty.h>

#include <cstring>

namespace centigan {

const std::vector<ElementType>& element_types() {
  static const std::vector<ElementType> types = {
      {at::kFloat, 4, "float32", "F32", "<f4"}, {at::kDouble, 8, "float64", "F64", "<f8"},
      {at::kHalf, 2, "float16", "F16", "<f2"},  {at::kBFloat16, 2, "bfloat16", "BF16", ""},
      {at::kLong, 8, "int64", "I64", "<i8"},    {at::kInt, 4, "int32", "I32", "<i4"},
      {at::kShort, 2, "int16", "I16", "<i2"},   {at::kChar, 1, "int8", "I8", "|i1"},
      {at::kByte, 1, "uint8", "U8", "|u1"},     {at::kBool, 1, "bool", "BOOL", "|b1"}};
  return types;
}

const ElementType* find_element_type(at::ScalarType type) {
  for (const ElementType& known : element_types()) {
    if (known.type == type) return &known;
  }
  return nullptr;
}

int64_t checked_numel(const std::vector<int64_t>& shape, size_t element_size) {
  const int64_t most = (int64_t{1} << 62) / static_cast<int64_t>(element_size);
  int64_t product = 1;  // of the sides that are not 0: strides are computed from them even where there is no element
  bool empty = false;
  for (const int64_t side : shape) {
    if (side < 0 || (side > 0 && product > most / side)) return -1;
    if (side == 0) empty = true;
    else product *= side;
  }
  return empty ? 0 : product;
}

torch::Tensor tensor_from_bytes(const void* bytes, const std::vector<int64_t>& shape, at::ScalarType type) {
  torch::Tensor tensor = at::empty(shape, type == at::kBool ? at::kByte : type);
  if (tensor.nbytes() > 0) std::memcpy(tensor.data_ptr(), bytes, tensor.nbytes());
  return type == at::kBool ? tensor.to(at::kBool) : tensor;
}

torch::Tensor plain_tensor(const torch::Tensor& tensor) {
  return tensor.detach().to(at::kCPU).contiguous();
}

}  // namespace centigan
