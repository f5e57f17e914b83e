// Runs that start from other networks, and layers that stay as they are.
#include <gtest/gtest.h>

#include "tiny.h"

namespace centigan {
namespace {

TrainConfig short_config(const std::string& out) {
  TrainConfig config = tiny_config("stylegan2", out, 8);
  config.loss.r1_interval = 4;
  return config;
}

// The checkpoint of a run of eight steps, made once.
const std::string& finished_run() {
  static const ScratchFolder folder;
  static std::string file;
  if (file.empty()) {
    const TrainConfig config = short_config(folder / "run");
    EXPECT_EQ(train(config, quiet()), TrainEnd::kFinished);
    file = find_checkpoint(config.out);
  }
  return file;
}

Snapshot trained_from(TrainConfig config) {
  EXPECT_EQ(train(config, quiet()), TrainEnd::kFinished);
  return read_checkpoint(find_checkpoint(config.out));
}

// But for the running mean of w, which every step writes.
bool equal_part(const Snapshot& a, const Snapshot& b, const std::string& prefix, const std::string& prefix_b) {
  bool equal = true;
  for (const auto& [name, tensor] : a.tensors)
    if (name.rfind(prefix, 0) == 0 && name.find("w_avg") == std::string::npos)
      equal = equal && at::equal(tensor, b.tensor(prefix_b + name.substr(prefix.size())));
  return equal;
}

TEST(Init, NetworksAreTakenAndAllElseIsNew) {
  const ScratchFolder folder;
  TrainConfig config = short_config(folder / "run");
  config.trainer.init = finished_run();
  config.trainer.g_opt.lr = config.trainer.d_opt.lr = 0.0;
  config.loss.w_avg_beta = 1.0;
  config.trainer.ema_rampup = 0.0;
  const Snapshot start = read_checkpoint(finished_run()), end = trained_from(config);
  EXPECT_TRUE(equal_part(start, end, "G/", "G/"));
  EXPECT_TRUE(equal_part(start, end, "D/", "D/"));
  EXPECT_EQ(end.integer("counters/images"), 32);
  EXPECT_EQ(end.integer("optimizers/G/steps"), start.integer("optimizers/G/steps"));
  EXPECT_FALSE(equal_part(start, end, "G_ema/", "G/"));
}

TEST(Init, ItIsAnotherRunThanOneFromScratchAndResumesExactly) {
  const ScratchFolder folder;
  TrainConfig config = short_config(folder / "straight");
  config.trainer.init = finished_run();
  const std::string straight = hash_snapshot(trained_from(config), {"G", "D", "optimizers"});
  EXPECT_NE(straight, hash_snapshot(read_checkpoint(finished_run()), {"G", "D", "optimizers"}));
  config.out = folder / "stopped";
  ASSERT_EQ(train(config, quiet(3)), TrainEnd::kStopped);
  EXPECT_EQ(hash_snapshot(trained_from(config), {"G", "D", "optimizers"}), straight);
}

// What an official file gives: the average only.
TEST(Init, AnAverageAloneIsEnough) {
  const ScratchFolder folder;
  Snapshot average = read_checkpoint(finished_run());
  for (auto it = average.tensors.begin(); it != average.tensors.end();)
    it = it->first.rfind("G/", 0) == 0 ? average.tensors.erase(it) : std::next(it);
  write_checkpoint(folder / "average.h5", average, 0);
  TrainConfig config = short_config(folder / "run");
  config.trainer.init = folder / "average.h5";
  config.trainer.g_opt.lr = config.trainer.d_opt.lr = 0.0;
  config.loss.w_avg_beta = 1.0;
  const Snapshot end = trained_from(config);
  EXPECT_TRUE(equal_part(average, end, "G_ema/", "G/"));
}

TEST(Init, OtherNetworksAreRefusedBeforeAnythingIsWritten) {
  const ScratchFolder folder;
  TrainConfig config = short_config(folder / "run");
  config.trainer.init = finished_run();
  config.model.stylegan2.channel_max = 4;
  const std::string error = error_of([&] { train(config, quiet()); });
  EXPECT_HAS(error, "holds other networks than this run has:");
  EXPECT_HAS(error, "D/b8.conv0.bias: Float[8] in the file, here Float[4]");
  EXPECT_HAS(error, "synthesis.b4.const: Float[8, 4, 4] in the file, here Float[4, 4, 4]");
  EXPECT_FALSE(std::filesystem::exists(config.out));
}

TEST(FreezeD, FrozenLayersDoNotChangeByABit) {
  const ScratchFolder folder;
  TrainConfig config = short_config(folder / "run");
  config.trainer.init = finished_run();
  config.loss.freeze_d = 5;
  const Snapshot start = read_checkpoint(finished_run()), end = trained_from(config);
  const std::vector<std::string> frozen = {"D/b16.fromrgb", "D/b16.conv0", "D/b16.conv1", "D/b16.skip", "D/b8.conv0"};
  for (const auto& [name, tensor] : start.tensors) {
    if (name.rfind("D/", 0) != 0 || name.find("resample_filter") != std::string::npos) continue;
    const bool expected = std::find(frozen.begin(), frozen.end(), name.substr(0, name.rfind('.'))) != frozen.end();
    EXPECT_EQ(at::equal(tensor, end.tensor(name)), expected) << name;
  }
}

TEST(FreezeD, StartsFromScratchToo) {
  const ScratchFolder folder;
  TrainConfig config = short_config(folder / "run");
  config.loss.freeze_d = 7;
  const Snapshot end = trained_from(config);
  const auto fresh = make_discriminator(config.model, config.trainer.seed);
  for (const auto& item : fresh->named_parameters())
    EXPECT_EQ(at::equal(item.value(), end.tensor("D/" + item.key())), item.key().rfind("b4.", 0) != 0) << item.key();
  config.out = folder / "other";
  config.loss.freeze_d = 8;
  EXPECT_HAS(error_of([&] { train(config, quiet()); }), "loss.freeze_d: 8 is out of range: from 0 to the 7 layers");
}

}  // namespace
}  // namespace centigan
