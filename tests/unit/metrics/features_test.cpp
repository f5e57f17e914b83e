#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "test_support.h"

#include <chrono>
#include <filesystem>

#include "centigan/core/device.h"
#include "centigan/core/safetensors.h"
#include "centigan/metrics/extractor.h"
#include "centigan/metrics/recipe.h"
#include "metrics_testing.h"
#include "support/filler.h"

namespace centigan {
namespace {

std::string real_weights() {
  try {
    return find_inception_weights(CENTIGAN_TEST_WEIGHTS);
  } catch (const Error&) {
    return "";
  }
}

class FidNetwork : public testing::Test {
 protected:
  void SetUp() override {
    if (real_weights().empty()) GTEST_SKIP() << "no weights; tools/setup.sh --weights installs them";
  }
  static FeatureExtractor& extractor() {
    static FeatureExtractor instance(real_weights(), at::kCPU);
    return instance;
  }
};

struct FeatureGolden {
  double mean, deviation;
  std::vector<double> first;
  int64_t largest_index;
  double largest;
};

void check_features(const at::Tensor& features, const std::vector<FeatureGolden>& goldens) {
  for (size_t i = 0; i < goldens.size(); ++i) {
    const at::Tensor f = features[static_cast<int64_t>(i)].to(at::kDouble);
    const FeatureGolden& g = goldens[i];
    EXPECT_NEAR(f.mean().item<double>(), g.mean, 2e-5);
    EXPECT_NEAR(f.std(false).item<double>(), g.deviation, 2e-5);
    for (size_t j = 0; j < 8; ++j) EXPECT_NEAR(f[static_cast<int64_t>(j)].item<double>(), g.first[j], 2e-5);
    EXPECT_EQ(f.argmax().item<int64_t>(), g.largest_index);
    EXPECT_NEAR(f.max().item<double>(), g.largest, 3e-5);
  }
}

TEST_F(FidNetwork, GoldenFeaturesOfSmallPictures) {
  check_features(extractor().features(filler_images("fid/A", {4, 3, 64, 64})),
                 {{0.205384, 0.387201, {0.08015, 0, 0.01658, 0, 0.00960, 0, 0.13118, 0.63119}, 1774, 3.33022},
                  {0.195434, 0.371878, {0.06089, 0, 0.05120, 0, 0.02465, 0, 0.08121, 0.65006}, 1774, 3.41297},
                  {0.210701, 0.403282, {0.19134, 0, 0.01798, 0, 0.03298, 0, 0.16327, 0.26050}, 173, 3.79642},
                  {0.214596, 0.389676, {0.12758, 0, 0.37433, 0, 0.01624, 0, 0.32082, 0.44371}, 173, 3.56024}});
}

TEST_F(FidNetwork, GoldenFeaturesOfOblongPictures) {
  check_features(extractor().features(filler_images("fid/B", {2, 3, 40, 56})),
                 {{0.284571, 0.417059, {0.66915, 0, 0.17555, 0, 0.14790, 0.00641, 0.39790, 0.00148}, 1033, 4.57457},
                  {0.244509, 0.406234, {0.66214, 0, 0.08455, 0, 0.09044, 0, 0.26612, 0.00973}, 549, 4.52879}});
  check_features(
      extractor().features(filler_images("fid/C", {2, 3, 320, 400})),
      {{0.199885, 0.379194, {0.23948, 0, 0.34639, 0.00997, 0.07252, 0.02763, 0.00903, 2.58092}, 736, 4.32211},
       {0.216378, 0.391244, {0.38739, 0, 0.45324, 0.02877, 0.06906, 0.00423, 0.00724, 2.61995}, 736, 4.12600}});
}

TEST_F(FidNetwork, StoredSumsAndNames) {
  const Safetensors file = read_safetensors(real_weights());
  EXPECT_EQ(file.tensors.size(), 376u);
  const auto sum = [&](const std::string& name) {
    return file.tensors.at("net.layers." + name).to(at::kDouble).sum().item<double>();
  };
  EXPECT_NEAR(sum("conv.weight"), -0.409265, 1e-6);
  EXPECT_NEAR(sum("mixed_4.tower.conv_1.weight"), -180.697024, 1e-5);
  EXPECT_NEAR(sum("mixed_10.tower_2_conv.var"), 14.557066, 1e-6);
  EXPECT_EQ(extractor().name(), "inception-2015-12-05");
  EXPECT_TRUE(extractor().is_fid_network());
}

TEST_F(FidNetwork, BatchSizeDoesNotMatter) {
  const at::Tensor images = filler_images("fid/A", {32, 3, 32, 32});
  const at::Tensor together = extractor().features(images);
  for (const int64_t size : {1, 7}) {
    std::vector<at::Tensor> parts;
    for (const auto& part : images.narrow(0, 0, 7).split(size)) parts.push_back(extractor().features(part));
    EXPECT_LE((at::cat(parts) - together.narrow(0, 0, 7)).abs().max().item<double>(), 1e-5);
  }
}

TEST_F(FidNetwork, GreyIsRepeated) {
  const at::Tensor grey = filler_images("fid/A", {1, 1, 32, 32});
  EXPECT_TRUE(at::allclose(extractor().features(grey), extractor().features(grey.expand({1, 3, 32, 32})), 0, 1e-6));
}

TEST_F(FidNetwork, RefusesPicturesThatAreNotBytes) {
  expect_error([] { extractor().features(at::zeros({1, 3, 8, 8})); }, "pictures must be uint8 [N,3,H,W]");
  expect_error([] { extractor().features(at::zeros({1, 4, 8, 8}, at::kByte)); }, "pictures must be uint8 [N,3,H,W]");
}

TEST_F(FidNetwork, LeavesTheNumberOfThreads) {
  const int before = at::get_num_threads();
  extractor().features(filler_images("fid/A", {1, 3, 8, 8}));
  EXPECT_EQ(at::get_num_threads(), before);
}

class LiteNetwork : public testing::Test {
 protected:
  void SetUp() override {
    std::string weights;
    try {
      weights = find_weights("effnetlite0", CENTIGAN_TEST_WEIGHTS);
    } catch (const Error&) {
      GTEST_SKIP() << "no weights; tools/setup.sh --weights installs them";
    }
    extractor_ = std::make_unique<FeatureExtractor>(weights, at::kCPU);
  }
  void check(const std::string& name, at::IntArrayRef shape, int64_t index, const FeatureGolden& g) {
    const at::Tensor f = extractor_->features(filler_images(name, shape))[index].to(at::kDouble);
    EXPECT_NEAR(f.mean().item<double>(), g.mean, 1e-5);
    EXPECT_NEAR(f.std(false).item<double>(), g.deviation, 1e-4);
    for (size_t j = 0; j < g.first.size(); ++j)
      EXPECT_NEAR(f[static_cast<int64_t>(j)].item<double>(), g.first[j], 1e-4);
    EXPECT_EQ(f.argmax().item<int64_t>(), g.largest_index);
    EXPECT_NEAR(f.max().item<double>(), g.largest, 1e-4);
  }
  std::unique_ptr<FeatureExtractor> extractor_;
};

TEST_F(LiteNetwork, GoldenFeatures) {
  const std::vector<int64_t> a = {4, 3, 64, 64}, b = {2, 3, 40, 56}, c = {2, 3, 320, 400};
  check("fid/A", a, 0, {0.099100, 0.406540, {0.29811, 0, 0.22032, 0, 0, 0, 0, 0.12947}, 504, 4.97352});
  check("fid/A", a, 1, {0.083506, 0.375678, {1.03936, 0, 0.44919, 0, 0, 0, 0, 0}, 434, 4.94816});
  check("fid/A", a, 2, {0.097689, 0.392833, {0.50860, 0, 0.66775, 0, 0, 0, 0, 0.09368}, 434, 5.25923});
  check("fid/A", a, 3, {0.091899, 0.387807, {0.62663, 0, 0.41380, 0, 0, 0, 0, 0}, 434, 5.22023});
  check("fid/B", b, 0, {0.115390, 0.416742, {0.32085, 0, 0.58086, 0, 0, 0, 0, 0.02235}, 434, 5.19497});
  check("fid/B", b, 1, {0.114640, 0.411946, {}, 504, 4.90827});
  check("fid/C", c, 0, {0.121628, 0.402743, {0.02670, 0, 0.17721, 0, 0, 0, 0, 0.23517}, 986, 3.61618});
  check("fid/C", c, 1, {0.118638, 0.409146, {}, 986, 4.15933});
}

// Mean of |x| after blocks 0, 2, 4, 10 and 15.
TEST_F(LiteNetwork, MapsOfTheSheet) {
  const auto maps = extractor_->taps(filler_images("fid/A", {4, 3, 64, 64}));
  const double means[] = {6.601795, 9.726304, 6.309219, 3.078834, 1.295649};
  for (size_t i = 0; i < 5; ++i)
    EXPECT_NEAR(maps[i][0].to(at::kDouble).abs().mean().item<double>(), means[i], 1e-4) << i;
}

TEST_F(LiteNetwork, IsKnownAndNeverCalledFid) {
  EXPECT_EQ(extractor_->name(), "effnetlite0");
  EXPECT_EQ(extractor_->resize_rule(), "aa");
  EXPECT_EQ(extractor_->label("FID"), "FD-effnetlite0");
  EXPECT_EQ(extractor_->label("KID"), "KD-effnetlite0");
  EXPECT_EQ(extractor_->logits(extractor_->features(filler_images("fid/A", {1, 3, 9, 9}))).size(1), 1000);
  EXPECT_EQ(extractor_->taps(filler_images("fid/A", {1, 3, 9, 9})).size(), 5u);
}

TEST_F(FidNetwork, OtherResizeOrPrecisionLosesTheReservedName) {
  EXPECT_EQ(extractor().label("FID"), "FID");
  const FeatureExtractor smooth(real_weights(), at::kCPU, {"aa", false});
  EXPECT_EQ(smooth.label("FID"), "FD-inception-2015-12-05");
  const at::Tensor images = filler_images("fid/A", {2, 3, 64, 64});
  FeatureExtractor half(real_weights(), at::kCPU, {"", true});
  EXPECT_EQ(half.label("KID"), "KD-inception-2015-12-05-bf16");
  const at::Tensor exact = extractor().features(images), rough = half.features(images);
  EXPECT_LT((exact - rough).norm().item<double>(), 0.05 * exact.norm().item<double>());
}

TEST_F(FidNetwork, HasMapsAndNoClassifier) {
  const auto maps = extractor().taps(filler_images("fid/A", {2, 3, 64, 64}));
  ASSERT_EQ(maps.size(), 4u);
  EXPECT_EQ(maps[0].sizes(), at::IntArrayRef({2, 64, 73, 73}));
  EXPECT_EQ(maps[3].sizes(), at::IntArrayRef({2, 2048, 8, 8}));
  const double means[] = {2.971719, 2.792883, 0.034229, 0.205384};
  for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(maps[i][0].to(at::kDouble).mean().item<double>(), means[i], 2e-5);
  expect_error([] { extractor().logits(at::zeros({1, 2048})); }, "hold no classifier");
}

class AlteredWeights : public FidNetwork {
 protected:
  void SetUp() override {
    FidNetwork::SetUp();
    if (!IsSkipped()) file_ = read_safetensors(real_weights());
  }
  void TearDown() override { std::filesystem::remove(path_); }
  at::Tensor& tensor(const std::string& name) {
    at::Tensor& t = file_.tensors.at("net.layers." + name);
    t = t.clone();
    return t;
  }
  std::string written() {
    write_safetensors(path_, file_);
    return path_;
  }
  Safetensors file_;
  std::string path_ = test::process_folder() + "/altered_inception.safetensors";
};

TEST_F(AlteredWeights, OneFlippedBitLosesTheReservedName) {
  tensor("mixed_5.conv.weight").view(at::kInt).flatten()[17].bitwise_xor_(1);
  const FeatureExtractor other(written(), at::kCPU);
  EXPECT_FALSE(other.is_fid_network());
  EXPECT_EQ(other.name(), "custom:" + other.weights_hash().substr(0, 8));
  EXPECT_EQ(frechet_label(other.name()).substr(0, 10), "FD-custom:");
}

TEST_F(AlteredWeights, NonFiniteValuesAndVariancesAreRefused) {
  tensor("conv.var")[0] = 0;
  expect_error([&] { FeatureExtractor(written(), at::kCPU); }, "net.layers.conv.var holds a value");
  tensor("conv.var")[0] = 1;
  tensor("mixed.conv.beta")[3] = std::nan("");
  expect_error([&] { FeatureExtractor(written(), at::kCPU); }, "net.layers.mixed.conv.beta holds a value");
}

// The same weights under torchvision's names, with a last layer, have the same hash.
std::string torchvision_form(const std::string& ours) {
  static const std::map<std::string, std::string> some = {{"conv", "Conv2d_1a_3x3"},
                                                          {"mixed_2.tower_1.conv_2", "Mixed_5d.branch3x3dbl_3"},
                                                          {"mixed_3.conv", "Mixed_6a.branch3x3"},
                                                          {"mixed_8.tower_1.conv_3", "Mixed_7a.branch7x7x3_4"},
                                                          {"mixed_10.tower_mixed_conv_1", "Mixed_7c.branch3x3_2b"},
                                                          {"mixed_9.tower_2_conv", "Mixed_7b.branch_pool"}};
  const auto found = some.find(ours);
  return found == some.end() ? "" : found->second;
}

TEST_F(AlteredWeights, TorchvisionNamesAreMissingOnesByOurNames) {
  Safetensors other;
  for (const auto& [name, tensor] : file_.tensors) {
    const size_t dot = name.rfind('.');
    const std::string theirs = torchvision_form(name.substr(11, dot - 11)), part = name.substr(dot);
    if (theirs.empty()) continue;
    const std::string end = part == ".weight" ? ".conv.weight"
                            : part == ".beta" ? ".bn.bias"
                                              : ".bn.running_" + part.substr(1);
    other.tensors[theirs + end] = tensor;
  }
  EXPECT_EQ(other.tensors.size(), 24u);
  file_ = other;
  try {
    FeatureExtractor(written(), at::kCPU);
    ADD_FAILURE();
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("missing net.layers.conv_1.beta"), std::string::npos) << text;
    EXPECT_EQ(text.find("missing net.layers.conv.weight"), std::string::npos) << text;
  }
  file_.tensors["Conv2d_1a_3x3.bn.weight"] = at::full({32}, 2.0f);
  expect_error([&] { FeatureExtractor(written(), at::kCPU); }, "Conv2d_1a_3x3.bn.weight is not 1 everywhere");
}

TEST_F(AlteredWeights, ALastLayerChangesNoHashAndGivesLogits) {
  file_.tensors["fc.weight"] = filler("fc", {1008, 2048});
  FeatureExtractor with(written(), at::kCPU);
  EXPECT_TRUE(with.is_fid_network());
  EXPECT_EQ(with.logits(at::zeros({3, 2048})).sizes(), at::IntArrayRef({3, 1008}));
}

TEST_F(FidNetwork, Speed) {
  const at::Tensor images = filler_images("fid/A", {32, 3, 32, 32});
  extractor().features(images.narrow(0, 0, 16));
  const auto start = std::chrono::steady_clock::now();
  extractor().features(images);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("features of 32 px pictures, %d threads: %.1f pictures a second\n", hardware_threads(), 32 / seconds);
}

}  // namespace
}  // namespace centigan
