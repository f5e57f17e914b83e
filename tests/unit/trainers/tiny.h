// Runs small enough for tests: 16 px, a few channels, fractions of a second.
#pragma once
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "centigan/core/error.h"
#include "centigan/core/log.h"
#include "centigan/trainers/schedule.h"
#include "centigan/trainers/train.h"
#include "test_support.h"

namespace centigan {

using ScratchFolder = test::TempFolder;

inline TrainConfig tiny_config(const std::string& family, const std::string& out, int64_t steps = 60) {
  TrainConfig c;
  c.out = out;
  c.data.path = CENTIGAN_SOURCE_DIR "/samples/smileys";
  c.data.mirror = true;
  c.model.family = family;
  c.model.resolution = 16;
  c.model.precision = "float32";
  c.model.lite.z_dim = c.model.lite.w_dim = 8;
  c.model.lite.widths = c.model.lite.d_widths = {8, 8, 4};
  c.model.lite.rgb_first = 1;
  c.model.lite.mbstd_group_size = c.model.stylegan2.mbstd_group_size = 2;
  c.model.stylegan2.z_dim = c.model.stylegan2.w_dim = 8;
  c.model.stylegan2.mapping_layers = 2;
  c.model.stylegan2.channel_base = 64, c.model.stylegan2.channel_max = 8;
  if (family == "biggan") {
    c.model.resolution = 32;
    c.model.biggan.g_ch = c.model.biggan.d_ch = 4, c.model.biggan.dim_z = 16;
    c.model.biggan.g_attn = c.model.biggan.d_attn = "0";
    c.trainer.pieces = 1;
  }
  c.loss.pl_weight = family == "stylegan2" ? 2.0 : 0.0;
  c.loss.share_fakes = family == "lite";
  c.loss.r1_on = family == "lite" ? "raw" : "augmented";
  c.trainer.batch = 4;
  c.trainer.threads = 1;
  c.trainer.kimg = steps * c.trainer.batch / 1000.0;
  c.trainer.tick = 7 * c.trainer.batch / 1000.0;
  c.trainer.grid_every = c.trainer.kimg;
  c.trainer.save_every = 20 * c.trainer.batch / 1000.0;
  c.trainer.seed = 5;
  c.trainer.lr_decay_start = 0.75, c.trainer.lr_final = 0.05;
  return c;
}

inline TrainOptions quiet(int64_t max_steps = 0) {
  return {false, true, max_steps};
}

inline std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::vector<std::string> checkpoint_names(const std::string& run) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(run + "/checkpoints"))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

// stats.jsonl without what depends on clock and machine.
inline std::string timeless_stats(const std::string& run) {
  std::istringstream lines(slurp(run + "/stats.jsonl"));
  std::string all, line;
  while (std::getline(lines, line)) all += line.substr(0, line.find(", \"Timing/")) + "\n";
  return all;
}

inline std::string run_hash(const std::string& run) {
  return state_hash(read_checkpoint(find_checkpoint(run)));
}

// The text of the Error that `work` throws, "" if none.
template <class Work>
std::string error_of(const Work& work, ExitCode* code = nullptr) {
  try {
    work();
  } catch (const Error& error) {
    if (code) *code = error.code();
    return error.what();
  }
  return "";
}

inline testing::AssertionResult has_part(const char*, const char*, const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "\"" << part << "\" is not in \"" << text << "\"";
}
#define EXPECT_HAS(text, part) EXPECT_PRED_FORMAT2(has_part, text, part)

}  // namespace centigan
