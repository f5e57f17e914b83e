// Runs with classes: names in the checkpoint, sheets by class, balanced order, and labels that changed.
#include <gtest/gtest.h>

#include "centigan/core/image.h"
#include "grid.h"
#include "tiny.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

// cat: 12 smileys, dog: 4.
void put_two_classes(const std::string& folder) {
  int i = 0;
  for (const char* name : {"cat", "dog"}) fs::create_directories(folder + "/" + name);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(CENTIGAN_SOURCE_DIR "/samples/smileys"))
    if (entry.path().extension() == ".png") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (; i < 16; ++i) fs::copy(files[i], folder + (i < 12 ? "/cat" : "/dog"));
}

struct ClassRun {
  ScratchFolder scratch;
  TrainConfig config = tiny_config("stylegan2", scratch / "run", 12);
  ClassRun() {
    put_two_classes(scratch / "data");
    config.data.path = scratch / "data";
    config.model.classes = 2;
    config.trainer.save_every = 6 * config.trainer.batch / 1000.0;
    config.trainer.eval_every = -1;
  }
};

std::pair<uint32_t, uint32_t> size_of_png(const std::string& path) {
  const std::string bytes = slurp(path);
  const auto be = [&](size_t at) {
    uint32_t value = 0;
    for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes.at(at + i));
    return value;
  };
  return {be(16), be(20)};
}

TEST(Classes, NamesAreInTheCheckpointAndRowsOfTheSheet) {
  ClassRun run;
  ASSERT_EQ(train(run.config, quiet()), TrainEnd::kFinished);
  const Snapshot snapshot = read_run(run.config.out);
  EXPECT_EQ(snapshot.text("classes"), "cat\ndog\n");
  EXPECT_EQ(open_run(run.config.out).class_names, (std::vector<std::string>{"cat", "dog"}));
  const auto [width, height] = size_of_png(run.config.out + "/fakes0000048.png");
  EXPECT_EQ(width / height, 4u);  // 8 columns, a row for each of 2 classes
}

TEST(Classes, SheetsTakeSeedsOfTheRowsClass) {
  EXPECT_EQ(sheet_seeds(0, 2), (std::vector<int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(sheet_seeds(3, 2), (std::vector<int64_t>{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(sheet_seeds(100, 8).size(), 32u * 8u);
}

TEST(Classes, BalancedRunsResumeBitForBit) {
  ClassRun whole, parts;
  for (ClassRun* run : {&whole, &parts}) run->config.data.balance = true;
  train(whole.config, quiet());
  train(parts.config, quiet(7));
  EXPECT_EQ(train(parts.config, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(run_hash(whole.config.out), run_hash(parts.config.out));
}

TEST(Classes, OtherLabelsAreOtherData) {
  ClassRun run;
  train(run.config, quiet(7));
  const std::string before = run_hash(run.config.out), data = run.config.data.path;
  std::string labels;  // the same pictures, each of the other class
  for (const auto& entry : fs::recursive_directory_iterator(data))
    if (entry.is_regular_file()) {
      const std::string folder = entry.path().parent_path().filename(), name = entry.path().filename();
      labels += (labels.empty() ? "[\"" : ", [\"") + folder + "/" + name + (folder == "cat" ? "\", 1]" : "\", 0]");
    }
  std::ofstream(data + "/dataset.json") << "{\"labels\": [" << labels << "], \"classes\": [\"cat\", \"dog\"]}";
  EXPECT_HAS(error_of([&] { train(run.config, quiet()); }), "holds a run on other pictures");
  EXPECT_EQ(run_hash(run.config.out), before);
}

TEST(Classes, WhatDoesNotFitIsRefusedBeforeAnythingIsWritten) {
  ClassRun run;
  run.config.model.classes = 3;
  EXPECT_HAS(error_of([&] { train(run.config, quiet()); }), "is 3, and the pictures have 2 classes");
  fs::create_directory(run.config.data.path + "/emu");
  EXPECT_HAS(error_of([&] { train(run.config, quiet()); }), "emu: is a class without a picture to train on");
  run.config.model.classes = 0, run.config.data.balance = true;
  EXPECT_HAS(error_of([&] { train(run.config, quiet()); }), "data.balance: true is out of range");
  EXPECT_FALSE(fs::exists(run.config.out));
}

}  // namespace
}  // namespace centigan
