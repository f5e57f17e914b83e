// Halves of a picture set, the first fifty pictures against the other fifty: decoder, order, resize, network and
// distance together.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "centigan/core/hash.h"
#include "centigan/data/dataset.h"
#include "centigan/metrics/extractor.h"
#include "centigan/metrics/frechet.h"
#include "centigan/metrics/kid.h"
#include "centigan/metrics/prdc.h"
#include "metrics_testing.h"

namespace centigan {
namespace {

std::string weights_or_none(const std::string& network) {
  return has_weights(network, CENTIGAN_TEST_WEIGHTS) ? find_weights(network, CENTIGAN_TEST_WEIGHTS) : "";
}

at::Tensor hundred_pictures(const std::string& folder) {
  DataConfig config;
  config.path = folder;
  const at::Tensor images = at::stack(native_images(config));
  EXPECT_EQ(images.size(0), 100);
  return images;
}

std::string pixel_hash(const at::Tensor& images) {
  const at::Tensor bytes = images.permute({0, 2, 3, 1}).contiguous();
  return Sha256().add(bytes.const_data_ptr(), bytes.nbytes()).hex();
}

struct HalvesGolden {
  double fid, fid_tolerance, kid, kid_tolerance, precision, recall, density, coverage;
};

void check_halves(const at::Tensor& features, const HalvesGolden& g) {
  const at::Tensor real = features.narrow(0, 0, 50), fake = features.narrow(0, 50, 50);
  EXPECT_NEAR(frechet_distance(real, fake).value, g.fid, g.fid_tolerance);
  EXPECT_NEAR(kid(real, fake).value, g.kid, g.kid_tolerance);
  const Prdc p = prdc(real, fake);
  EXPECT_NEAR(p.precision, g.precision, 1e-6);
  EXPECT_NEAR(p.recall, g.recall, 1e-6);
  EXPECT_NEAR(p.density, g.density, 1e-6);
  EXPECT_NEAR(p.coverage, g.coverage, 1e-6);
}

TEST(Smileys, HalvesGiveTheKnownNumbers) {
  const std::string weights = weights_or_none("inception-2015-12-05");
  if (weights.empty()) GTEST_SKIP() << "no weights; tools/setup.sh --weights installs them";
  const at::Tensor images = hundred_pictures(CENTIGAN_TEST_SAMPLES);
  EXPECT_EQ(pixel_hash(images), "effad977ee1aaf37770e7afd646e54d14073892d733744bba8265bb67ee12a94");
  const at::Tensor features = FeatureExtractor(weights, at::kCPU).features(images);
  EXPECT_NEAR(features.to(at::kDouble).sum().item<double>(), 59792.049, 0.2);
  check_halves(features, {79.484634, 0.005, 0.01111301, 2e-6, 0.56, 0.92, 0.376, 0.78});
}

TEST(Smileys, HalvesThroughTheOtherNetwork) {
  const std::string weights = weights_or_none("effnetlite0");
  if (weights.empty()) GTEST_SKIP() << "no weights; tools/setup.sh --weights installs them";
  const at::Tensor features = FeatureExtractor(weights, at::kCPU).features(hundred_pictures(CENTIGAN_TEST_SAMPLES));
  const at::Tensor real = features.narrow(0, 0, 50), fake = features.narrow(0, 50, 50);
  EXPECT_NEAR(frechet_distance(real, fake).value, 55.536866, 0.005);
}

// Pictures that are not part of this repository; JPEG, so the decoder's version shows in the digits.
TEST(Pandas, HalvesGiveTheKnownNumbers) {
  const char* data = std::getenv("CENTIGAN_DATA");
  const std::string folder = std::string(data ? data : "") + "/panda-100";
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << "no panda-100 in $CENTIGAN_DATA";
  const std::string weights = weights_or_none("inception-2015-12-05");
  if (weights.empty()) GTEST_SKIP() << "no weights; tools/setup.sh --weights installs them";
  const at::Tensor images = hundred_pictures(folder);
  const at::Tensor features = FeatureExtractor(weights, at::kCPU).features(images);
  if (pixel_hash(images) == "11b30a2f8360bfc2d0e438dc3e6d5b37d9575c309843ca00df1df32a31cbb636")
    check_halves(features, {14.840538, 0.003, 0.00012885, 2e-6, 0.84, 0.68, 0.968, 0.96});
  else
    check_halves(features, {14.840538, 0.05, 0.00012885, 2e-5, 0.84, 0.68, 0.968, 0.96});
}

}  // namespace
}  // namespace centigan
