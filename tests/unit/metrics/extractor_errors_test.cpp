#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "test_support.h"

#include <cstdlib>
#include <filesystem>

#include "centigan/core/safetensors.h"
#include "centigan/metrics/extractor.h"
#include "metrics_testing.h"

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

}  // namespace
}  // namespace centigan
