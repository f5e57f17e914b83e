// What a run shows of itself: the line of a tick, scores of held-out pictures, the time-lapse, the dry run.
#include <ATen/ATen.h>

#include <filesystem>

#include "centigan/core/device.h"
#include "centigan/core/image.h"
#include "held_out.h"
#include "memory_watch.h"
#include "status.h"
#include "timelapse.h"
#include "tiny.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

TEST(ShortDuration, HasTwoUnits) {
  EXPECT_EQ(short_duration(0.4), "0s");
  EXPECT_EQ(short_duration(59), "59s");
  EXPECT_EQ(short_duration(725), "12m05s");
  EXPECT_EQ(short_duration(3730), "1h02m");
  EXPECT_EQ(short_duration(3 * 86400 + 4 * 3600 + 1800), "3d04h");
  EXPECT_EQ(short_duration(std::nan("")), "?");
}

StatusValues long_run() {
  return {{"Progress/kimg", 12345.678},
          {"Timing/sec_per_kimg", 123.4},
          {"Timing/img_per_sec", 8.1},
          {"Timing/seconds", 1.5e6},
          {"Timing/eta_sec", 1.2e6},
          {"Resources/cpu_mem_mb", 12345},
          {"Resources/peak_mb", 23456},
          {"Loss/scores/real", 0.5},
          {"Loss/scores/fake", -0.4},
          {"Overfit/scores/real", -12.3},
          {"Overfit/scores/held_out", -45.6},
          {"Overfit/scores/fake", -78.9},
          {"Augment/p", 0.5},
          {"Augment/sign", -0.55},
          {"Loss/signs/real", 0.1}};
}

TEST(StatusLine, IsShortAndSaysWhatThereIs) {
  StatusValues values = long_run();
  const std::string line = status_line(values, 25000);
  EXPECT_LE(line.size(), 140u) << line;
  EXPECT_HAS(line, "kimg 12345.7/25000, 123 s/kimg, 8.1 img/s, 17d08h, 13d21h left, 12345 MB (peak 23456), ");
  EXPECT_HAS(line, "D real -12 held-out -46 fake -79, p 0.500, r -0.55");
  for (const char* name : {"real", "held_out", "fake"}) values.erase(std::string("Overfit/scores/") + name);
  values.erase("Augment/p"), values.erase("Augment/sign");
  EXPECT_EQ(status_note(values), "D real 0.50 fake -0.40, r 0.10");
  EXPECT_EQ(status_note({{"Loss/G/l1", 0.125}}), "G loss 0.125");
  EXPECT_EQ(status_note({{"Loss/scores/real", std::nan("")}}), "");
}

TEST(Thinned, KeepsAtMostSoManyAndTheLast) {
  for (const size_t count : {0u, 1u, 7u, 99u, 100u, 101u, 150u, 250u, 1000u}) {
    const auto shown = thinned_sheets(count, 100);
    EXPECT_LE(shown.size(), 100u);
    EXPECT_GE(shown.size(), std::min<size_t>(count, 50));
    if (count == 0) continue;
    EXPECT_EQ(shown.back(), count - 1);
    EXPECT_EQ(shown.front(), 0u);
  }
  EXPECT_EQ(thinned_sheets(5, 3), (std::vector<size_t>{0, 4}));
  EXPECT_EQ(thinned_sheets(3, 3), (std::vector<size_t>{0, 1, 2}));
}

size_t frames_in(const std::string& file) {
  size_t count = 0;
  for (size_t at = 0; (at = file.find("fcTL", at)) != std::string::npos; ++at) ++count;
  return count;
}

void put_sheet(const std::string& folder, int64_t images, int64_t side) {
  char name[32];
  std::snprintf(name, sizeof name, "/fakes%07lld.png", static_cast<long long>(images));
  write_png(folder + name, at::full({3, side, side}, images % 200, at::kByte));
}

TEST(Timelapse, IsAFunctionOfTheSheets) {
  const ScratchFolder folder;
  Timelapse timelapse(folder.path());
  timelapse.update(100);
  EXPECT_FALSE(fs::exists(folder / "timelapse.png"));
  for (int64_t images = 10; images <= 120; images += 10) put_sheet(folder.path(), images, 16);
  write_png(folder / "fakes.png", at::zeros({3, 16, 16}, at::kByte));
  std::ofstream(folder / "fakes0000055.png") << "torn";
  timelapse.update(60);
  EXPECT_EQ(frames_in(slurp(folder / "timelapse.png")), 6u);
  timelapse.update(120);
  const std::string straight = slurp(folder / "timelapse.png");
  EXPECT_EQ(frames_in(straight), 12u);
  Timelapse(folder.path()).update(70);  // a process that went back to an older checkpoint
  EXPECT_EQ(frames_in(slurp(folder / "timelapse.png")), 7u);
  Timelapse(folder.path()).update(120);
  EXPECT_EQ(slurp(folder / "timelapse.png"), straight);
}

TEST(Timelapse, StaysSmall) {
  const ScratchFolder folder;
  for (int64_t images = 1; images <= 230; ++images) put_sheet(folder.path(), images, 8);
  Timelapse(folder.path()).update(1000);
  EXPECT_EQ(frames_in(slurp(folder / "timelapse.png")), 59u);
  put_sheet(folder.path(), 500, 2048);  // sheets of another size are left out beside the newest
  Timelapse(folder.path()).update(1000);
  const std::string file = slurp(folder / "timelapse.png");
  EXPECT_EQ(frames_in(file), 1u);
  EXPECT_EQ(file.substr(16, 8), std::string("\0\0\2\0\0\0\2\0", 8));  // 512 x 512
}

TEST(MemoryWatch, CountsWhatLives) {
  const torch::Tensor before = at::zeros({1 << 20});
  const MemoryWatch watch;
  { const torch::Tensor a = at::ones({1 << 20}), b = a + before; }
  const torch::Tensor c = at::ones({1 << 19});
  EXPECT_NEAR(watch.peak_mb(), 8.0, 0.1);
}

std::map<std::string, double> last_stats(const std::string& run) {
  std::map<std::string, double> values;
  const std::string all = slurp(run + "/stats.jsonl");
  const std::string line = all.substr(all.rfind('\n', all.size() - 2) + 1);
  for (size_t at = 0; (at = line.find("\": ", at)) != std::string::npos; ++at) {
    const size_t start = line.rfind('"', at - 1) + 1;
    values[line.substr(start, at - start)] = std::atof(line.c_str() + at + 3);
  }
  return values;
}

// Held-out pictures cost no bit: the same networks as from a folder that never had them.
TEST(HeldOut, AreScoredWithoutAnEffectOnTraining) {
  const ScratchFolder folder;
  for (const char* family : {"lite", "stylegan2"}) {
    TrainConfig config = tiny_config(family, folder / family, 6);
    config.trainer.tick = 2 * config.trainer.batch / 1000.0;
    config.data.holdout = "30%";
    ASSERT_EQ(train(config, quiet(3)), TrainEnd::kStopped);
    ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
    EXPECT_HAS(slurp(config.out + "/log.txt"), "30 of 100 pictures are held out and never trained on");
    EXPECT_HAS(slurp(config.out + "/log.txt"), " held-out ");
    const auto values = last_stats(config.out);
    EXPECT_NE(values.at("Overfit/scores/held_out"), values.at("Overfit/scores/real"));
    EXPECT_TRUE(values.count("Overfit/r_v") && values.count("Overfit/scores/fake"));
    std::istringstream names(slurp(config.out + "/pictures-trained.txt"));
    const std::string pictures = folder / (std::string(family) + "-pictures");
    fs::create_directory(pictures);
    for (std::string name; std::getline(names, name);) fs::copy(config.data.path + "/" + name, pictures + "/" + name);
    TrainConfig plain = config;
    plain.data.path = pictures, plain.data.holdout.clear(), plain.out = folder / (std::string(family) + "-plain");
    ASSERT_EQ(train(plain, quiet()), TrainEnd::kFinished);
    EXPECT_EQ(run_hash(plain.out), run_hash(config.out));
    EXPECT_EQ(last_stats(plain.out).count("Overfit/r_v"), 0u);
    const std::string error = error_of([&] { config.data.holdout = "20%", train(config, quiet()); });
    EXPECT_HAS(error, "data.holdout: stored 30%, now 20%");
  }
}

TEST(HeldOut, FewerThanAGroupAreScoredToo) {
  const ScratchFolder folder;
  TrainConfig config = tiny_config("lite", folder / "run", 2);
  config.data.holdout = "1";
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(last_stats(config.out).count("Overfit/scores/held_out"), 1u);
}

TEST(TrainTimelapse, IsTheSameAfterAStop) {
  const ScratchFolder folder;
  TrainConfig config = tiny_config("lite", folder / "run", 12);
  config.trainer.tick = config.trainer.grid_every = 2 * config.trainer.batch / 1000.0;
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  const std::string straight = slurp(config.out + "/timelapse.png");
  EXPECT_EQ(frames_in(straight), 6u);
  config.out = folder / "stopped";
  ASSERT_EQ(train(config, quiet(5)), TrainEnd::kStopped);
  EXPECT_EQ(frames_in(slurp(config.out + "/timelapse.png")), 2u);
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(slurp(config.out + "/timelapse.png"), straight);
}

// A phase of interval 16 costs a sixteenth a step.
TEST(DryRun, CountsLazyPhasesAsOftenAsTheyRun) {
  const ScratchFolder folder;
  const auto total_of = [&](const TrainConfig& config, std::string* all = nullptr) {
    TrainOptions options;
    options.dry_run = true;
    testing::internal::CaptureStdout();
    EXPECT_EQ(train(config, options), TrainEnd::kFinished);
    const std::string text = testing::internal::GetCapturedStdout();
    if (all) *all = text;
    double total = 0.0, a_step = 0.0, often = 0.0;  // ms of a step, from the lines of the phases
    std::istringstream lines(text.substr(text.find("time, here and now:")));
    for (std::string line; std::getline(lines, line);)
      if (line.find(" ms  ") == std::string::npos)
        continue;
      else if (std::sscanf(line.c_str(), " %lf ms  %*[^,], every %lf", &a_step, &often) == 2)
        total += a_step * std::ceil(60 / often) / 60;
      else if (std::sscanf(line.c_str(), " %lf ms", &a_step) == 1)
        total += a_step;
    const double kimg = std::atof(text.c_str() + text.rfind("\n", text.find(" s   a kimg")) + 1);
    EXPECT_NEAR(kimg, total * 250 / 1000, 0.05 * kimg + 0.1);  // 250 steps of 4 pictures
    return text;
  };
  TrainConfig config = tiny_config("stylegan2", folder / "run");
  std::string text = total_of(config);
  for (const char* part : {"Dreg, every 16 steps", "Greg, every 4 steps", "Dmain, every step", "MB  optimizer",
                           "together; measured: ", "2 checkpoints of ", "together: "})
    EXPECT_HAS(text, part);
  EXPECT_FALSE(fs::exists(folder / "run"));
}

}  // namespace
}  // namespace centigan
