#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "centigan/data/dataset.h"
#include "centigan/metrics/extractor.h"
#include "centigan/metrics/frechet.h"
#include "centigan/metrics/prdc.h"
#include "metrics_testing.h"

namespace centigan {
namespace {

// The first fifty sample pictures against the other fifty: decoder, order, resize, network and distance together.
TEST(Smileys, HalvesGiveTheKnownNumbers) {
  std::string weights;
  try {
    weights = find_inception_weights(CENTIGAN_TEST_WEIGHTS);
  } catch (const Error&) {
    GTEST_SKIP() << "no weights; tools/setup.sh --weights installs them";
  }
  DataConfig config;
  config.path = CENTIGAN_TEST_SAMPLES;
  const at::Tensor images = at::stack(native_images(config));
  ASSERT_EQ(images.size(0), 100);
  const at::Tensor features = FeatureExtractor(weights, at::kCPU).features(images);
  EXPECT_NEAR(features.to(at::kDouble).sum().item<double>(), 59792.049, 0.2);
  const at::Tensor real = features.narrow(0, 0, 50), fake = features.narrow(0, 50, 50);
  EXPECT_NEAR(frechet_distance(real, fake).value, 79.484634, 0.005);
  const Prdc p = prdc(real, fake);
  EXPECT_NEAR(p.precision, 0.56, 1e-6);
  EXPECT_NEAR(p.recall, 0.92, 1e-6);
  EXPECT_NEAR(p.density, 0.376, 1e-6);
  EXPECT_NEAR(p.coverage, 0.78, 1e-6);
}

}  // namespace
}  // namespace centigan
