#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/library.h>

#include "test_support.h"

#include <cstdlib>
#include <filesystem>

#include "centigan/core/safetensors.h"
#include "centigan/metrics/extractor.h"
#include "metrics_testing.h"
#include "support/filler.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

TEST(Weights, ForeignFileIsNamedWithItsDifferences) {
  const std::string path = test::process_folder() + "/not_inception.safetensors";
  Safetensors file;
  file.tensors["net.layers.conv.weight"] = at::zeros({32, 3, 3, 5});
  file.tensors["fc.bias"] = at::zeros({4});
  write_safetensors(path, file);
  const auto load = [&] { FeatureExtractor(path, at::kCPU); };
  expect_error(load, "does not hold the FID network:");
  expect_error(load, "wrong shape or type net.layers.conv.weight");
  expect_error(load, "missing net.layers.conv.beta");
  fs::remove(path);
}

TEST(Weights, AbsentOnesSayHowToGetThem) {
  // The build folder of the tests may have weights beside it: the search must be seen to fail where there are none.
  unsetenv("CENTIGAN_WEIGHTS");
  const fs::path bin = fs::read_symlink("/proc/self/exe").parent_path();
  for (const char* up : {"..", "../../.."}) {
    if (fs::exists(bin / up / "share/centigan/weights/inception-2015-12-05.safetensors")) GTEST_SKIP();
  }
  expect_error([] { find_inception_weights("/nonexistent"); }, "no weights for this network");
  expect_error([] { find_inception_weights(); }, "tools/setup.sh --weights");
}

TEST(Weights, AreFoundInTheFolderAndTheVariable) {
  const fs::path folder = fs::path(test::process_folder()) / "centigan_weights_search";
  fs::create_directories(folder);
  const fs::path file = folder / "inception-2015-12-05.safetensors";
  write_safetensors(file, {});
  EXPECT_EQ(find_inception_weights(folder), file.string());
  setenv("CENTIGAN_WEIGHTS", folder.c_str(), 1);
  EXPECT_EQ(find_inception_weights(), file.string());
  unsetenv("CENTIGAN_WEIGHTS");
  fs::remove_all(folder);
}

TEST(Extractor, PixelsNeedNoWeights) {
  FeatureExtractor pixels = open_extractor("pixels", "", at::kCPU);
  EXPECT_EQ(pixels.label("FID"), "FD-pixels");
  const at::Tensor grey = at::full({2, 1, 40, 24}, 51, at::kByte);
  EXPECT_TRUE(at::allclose(pixels.features(grey), at::full({2, 768}, 0.2f)));
  expect_error([&] { pixels.taps(grey); }, "has no inner maps");
}

TEST(Extractor, UnknownOnesAreUsageErrors) {
  expect_error([] { open_extractor("inceptoin", "", at::kCPU); }, "did you mean inception?");
  expect_error([] { open_extractor("acme::nothing", "", at::kCPU); }, "no operator of that name takes pictures alone");
  expect_error([] { resized_by_rule(at::zeros({1, 3, 8, 8}), 4, "bicubic"); }, "bicubic is no rule");
}

at::Tensor row_and_column_means(const at::Tensor& pictures) {
  return at::cat({pictures.mean({2, 3}), pictures.amax({2, 3})}, 1);
}

at::Tensor one_number(const at::Tensor& pictures) {
  return pictures.mean();
}

TORCH_LIBRARY(metrics_test, m) {
  m.def("means(Tensor pictures) -> Tensor", row_and_column_means);
  m.def("number(Tensor pictures) -> Tensor", one_number);
}

TEST(Extractor, AnOperatorGivesFeatures) {
  FeatureExtractor means = open_extractor("metrics_test::means", "", at::kCPU);
  EXPECT_EQ(means.width(), 6);
  EXPECT_EQ(means.resize_rule(), "none");
  const at::Tensor pictures = filler_images("fid/A", {20, 3, 12, 9});
  EXPECT_TRUE(at::allclose(means.features(pictures), row_and_column_means(pictures.to(at::kFloat))));
  expect_error([] { open_extractor("metrics_test::number", "", at::kCPU); }, "does not return one row of features");
}

TEST(Extractor, ResizeRulesOfTheSheet) {
  const at::Tensor a = filler_images("fid/A", {4, 3, 64, 64});
  const at::Tensor smooth = resized_by_rule(a, 224, "aa"), centred = resized_by_rule(a, 299, "hp");
  const double first[] = {151, 151, 119.714286, 78};
  for (int64_t i = 0; i < 4; ++i) EXPECT_NEAR(smooth[0][0][1][i].item<double>(), first[i], 1e-4);
  EXPECT_NEAR(smooth.to(at::kDouble).sum().item<double>(), 76917174.25, 1);
  EXPECT_EQ(centred[0][0][0][0].item<double>(), 151);
  const at::Tensor c = resized_by_rule(filler_images("fid/C", {2, 3, 320, 400}), 224, "aa");
  const double shrunk[] = {77.002405, 98.270495, 122.995619};
  for (int64_t i = 0; i < 3; ++i) EXPECT_NEAR(c[0][0][1][i].item<double>(), shrunk[i], 1e-4);
}

}  // namespace
}  // namespace centigan
