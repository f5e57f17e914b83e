#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "../../support/op_cases.h"
#include "ada_color/ada_color_cuda.h"
#include "binding/pictures.h"
#include "cuda_on_host.h"

namespace centigan::cuda {
namespace {

using at::Tensor;

TEST(CudaAdaColor, MatchesTheMatrixProduct) {
  for (const PictureCase& item : picture_cases()) {
    const Tensor& x = item.x;
    const Tensor c = filler("c", {x.size(0), 4, 4}), y = empty_pictures(x), matrix = parameters_of(c, x);
    if (x.numel() > 0)
      launch_ada_color(shape_of(x), element_of(x), view_of(x), view_of(y), matrix.const_data_ptr(), nullptr);
    const Tensor rows = c.to(at::kDouble).narrow(1, 0, 3);
    const Tensor want =
        at::einsum("nij,njhw->nihw", {rows.narrow(2, 0, 3), x.to(at::kDouble)}) + rows.narrow(2, 3, 1).unsqueeze(3);
    expect_close(y, want, 4 * tolerance_of(x.scalar_type()), item.name);
  }
}

}  // namespace
}  // namespace centigan::cuda
