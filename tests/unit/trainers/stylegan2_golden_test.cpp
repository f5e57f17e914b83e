// The regularizers on StyleGAN2's networks, against numbers of the reference implementation.
#include "../models/stylegan2_support.h"
#include "centigan/trainers/regularizers.h"

namespace centigan {
namespace {

TEST(Regularizers, R1OfTheReference) {
  const at::Tensor reals = known_reals(4).requires_grad_();
  const at::Tensor penalty = r1_penalty(filled_discriminator()->forward(reals, {}, true), reals);
  expect_values(penalty, {2.299664e-3, 2.770338e-3, 3.086498e-3, 2.573777e-3}, 3e-7);
}

TEST(Regularizers, PathLengthsOfTheReference) {
  const auto g = filled_generator();
  const at::Tensor ws = g->mapping(known_z().narrow(0, 0, 2), {});
  const at::Tensor images = g->synthesis(ws, with_noise(NoiseMode::kConst));
  expect_values(path_lengths(images, ws, filler("pl_noise", {2, 3, 32, 32}) / 32), {2.3251247, 1.1571310}, 1e-4);
}

}  // namespace
}  // namespace centigan
