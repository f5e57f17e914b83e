#include "centigan/core/memory.h"

#include <ATen/ops/empty.h>
#include <c10/util/Exception.h>

#include <new>

#include "test_support.h"

namespace centigan {
namespace {

template <class Work>
std::string shortage_of(const Work& work) {
  try {
    work();
  } catch (...) {
    return memory_shortage(std::current_exception()).value_or("another problem");
  }
  return "none";
}

TEST(Memory, ShortagesAreToldFromOtherErrors) {
  EXPECT_EQ(shortage_of([] { at::empty({int64_t{1} << 50}); }), ": 4503599627 MB were asked for at once");
  EXPECT_EQ(shortage_of([] { throw std::bad_alloc(); }), "");
  EXPECT_EQ(shortage_of([] { TORCH_CHECK(false, "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has"); }),
            ": 2147 MB were asked for at once");
  EXPECT_EQ(shortage_of([] { TORCH_CHECK(false, "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling"); }), "");
  EXPECT_EQ(shortage_of([] { TORCH_CHECK(false, "sizes do not fit"); }), "another problem");
  EXPECT_EQ(shortage_of([] { throw std::runtime_error("out of luck"); }), "another problem");
  EXPECT_EQ(shortage_of([] { throw std::runtime_error("could not create a primitive"); }),
            ": oneDNN could not create a primitive");
  release_unused_memory(torch::kCPU);
}

}  // namespace
}  // namespace centigan
