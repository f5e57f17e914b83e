#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/empty.h>
#include <torch/library.h>

#include "centigan/core/device.h"
#include "centigan/core/hash.h"
#include "centigan/core/random.h"

// An operator, so that the CUDA plugin can bring a kernel of its own.
namespace centigan {
namespace {

using at::Tensor;

void check_normal_rows(const Tensor& seeds, int64_t width) {
  TORCH_CHECK(seeds.dim() == 1 && seeds.scalar_type() == at::kLong, "normal_rows: seeds must be int64 [N]");
  TORCH_CHECK(width >= 0, "normal_rows: width is negative");
}

Tensor normal_rows_cpu(const Tensor& seeds, int64_t stream, int64_t width) {
  check_normal_rows(seeds, width);
  Tensor rows = at::empty({seeds.size(0), width}, at::kFloat);
  for (int64_t n = 0; n < seeds.size(0); ++n)
    rows.select(0, n).copy_(RandomStream(static_cast<uint64_t>(seeds[n].item<int64_t>()), static_cast<uint32_t>(stream))
                                .normal(0, 1, width)
                                .view(-1));
  return rows;
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("normal_rows(Tensor seeds, int stream, int width) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.impl("normal_rows", c10::DispatchKey::CPU, normal_rows_cpu);
}

}  // namespace

Tensor normal_rows(const Tensor& seeds, std::string_view name, int64_t width, torch::Device device) {
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("centigan::normal_rows", "").typed<decltype(normal_rows_cpu)>();
  const bool there = device.is_cuda() && op.hasKernelForDispatchKey(c10::DispatchKey::CUDA);
  const auto stream = static_cast<int64_t>(crc32(name));
  return there ? op.call(on_device(seeds, device), stream, width)
               : on_device(op.call(seeds.cpu(), stream, width), device);
}

}  // namespace centigan
