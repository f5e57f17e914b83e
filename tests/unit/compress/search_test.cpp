#include "centigan/compress/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "centigan/compress/export.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/snapshot.h"
#include "elastic_judge.h"
#include "lite_support.h"
#include "test_support.h"

namespace centigan {
namespace {

const TrainOptions kSilent = [] {
  TrainOptions options;
  options.quiet = true;
  return options;
}();

std::string search_folder(const std::string& name) {
  const std::string path = test::process_folder() + "/search_" + name;
  for (const char* part : {"", "-elastic", "-widest", "-float"}) std::filesystem::remove_all(path + part);
  return path;
}

// Sub-folders "odd" and "even" of the sample pictures.
std::string two_classes() {
  const std::string path = test::process_folder() + "/search_classes",
                    from = std::string(CENTIGAN_SOURCE) + "/samples/smileys";
  std::filesystem::remove_all(path);
  for (const char* name : {"even", "odd"}) std::filesystem::create_directories(path + "/" + name);
  int64_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(from))
    if (file.path().extension() == ".png")
      std::filesystem::copy(file, path + (count++ % 2 ? "/odd/" : "/even/") + file.path().filename().string());
  return path;
}

// A run of a few steps on the sample pictures.
std::string searched_teacher(const std::string& family, int64_t channels = 3, int64_t classes = 0) {
  TrainConfig config;
  config.out = search_folder("teacher_" + family);
  config.data.path = classes > 0 ? two_classes() : std::string(CENTIGAN_SOURCE) + "/samples/smileys";
  config.model = lite_test::tiny_config(16);
  if (classes > 0) config.model = lite_test::with_classes(config.model, classes);
  config.model.family = family;
  config.model.channels = channels;
  config.model.lite.quant.calibration = 64;
  config.model.stylegan2.z_dim = config.model.stylegan2.w_dim = 12;
  config.model.stylegan2.channel_base = 256;
  config.model.stylegan2.channel_max = 16;
  config.trainer.kimg = 0.064;
  config.trainer.augment = "";
  train(config, kSilent);
  return config.out;
}

SearchConfig short_search(const std::string& from, const std::string& out) {
  SearchConfig config;
  config.from = from, config.out = out;
  config.budget = "flash=24K,ram=3500";
  config.step = 2;
  config.elastic_kimg = config.widest_kimg = config.float_kimg = 0.064, config.kimg = 0.096;
  config.population = 6, config.generations = 2, config.latents = 8;
  config.student.quant.calibration = 64;
  return config;
}

int64_t lines_of(const std::string& path) {
  const std::string text = read_text(path, "test");
  return std::count(text.begin(), text.end(), '\n');
}

TEST(Search, FindsAStudentOfThePromisedBytes) {
  const auto config = short_search(searched_teacher("lite"), search_folder("found"));
  const auto report = search(config, kSilent);
  EXPECT_EQ(report.end, TrainEnd::kFinished);
  EXPECT_EQ(report.judged, 18);
  EXPECT_EQ(lines_of(config.out + "/search.jsonl"), 19);
  EXPECT_LE(report.trained.file_bytes, 8 * 1024);
  EXPECT_GT(report.trained.file_bytes, 7 * 1024);
  EXPECT_EQ(export_run(config.out, config.out + ".cgm").bytes, report.trained.file_bytes);
  const auto model = open_run(config.out).config.model;
  EXPECT_EQ(model.lite.widths, report.student.lite.widths);
  EXPECT_EQ(model.lite.quant.bits, report.student.lite.quant.bits);
  EXPECT_NE(read_text(config.out + "/search.jsonl", "test")
                .find("\"file_bytes\": " + std::to_string(report.trained.file_bytes)),
            std::string::npos);
  EXPECT_EQ(search(config, kSilent).end, TrainEnd::kAlreadyFinished);
  EXPECT_EQ(lines_of(config.out + "/search.jsonl"), 19);
  auto other = config;
  other.budget = "flash=23K";
  EXPECT_THROW(search(other, kSilent), Error);
  other.out = search_folder("shared"), other.elastic = config.out + "-elastic";
  EXPECT_EQ(search(other, kSilent).end, TrainEnd::kFinished);  // the elastic student serves another budget
  EXPECT_FALSE(std::filesystem::exists(other.out + "-elastic"));
}

TEST(Search, TheElasticStudentLearns) {
  auto config = short_search(searched_teacher("lite"), search_folder("learns"));
  config.elastic_kimg = 0.4, config.float_kimg = config.kimg = 0.032;
  search(config, kSilent);
  const auto teacher = open_run(config.from), trained = open_run(config.out + "-elastic");
  const Elastic before = Elastic::of(dynamic_cast<LiteGenerator&>(*teacher.generator), 0);
  const Elastic after(std::dynamic_pointer_cast<LiteGenerator>(trained.generator), 0);
  load_module(*after.shorts(), "short_ema/", read_checkpoint(trained.checkpoint), trained.checkpoint);
  const auto distance = [&](const Elastic& elastic) {
    const ElasticJudge judge(elastic, *teacher.generator, nullptr, 0, 9, 32);
    auto member = teacher.config.model;
    member.lite.widths = {8, 6, 6}, member.lite.w_dim = 8;
    return judge.distance(member);
  };
  EXPECT_LT(distance(after), 0.9 * distance(before));
  for (size_t i = 0; i < after.shorts()->units.size(); ++i)
    EXPECT_FALSE(at::allclose(after.shorts()->units[i]->bias, before.shorts()->units[i]->bias, 1e-4, 1e-4)) << i;
}

// Stopped again and again, in every part.
TEST(Search, GoesOnBitForBit) {
  const std::string teacher = searched_teacher("lite");
  const auto straight = short_search(teacher, search_folder("straight")),
             cut = short_search(teacher, search_folder("cut"));
  const auto whole = search(straight, kSilent);
  TrainOptions few = kSilent;
  few.max_steps = 5;
  int64_t calls = 1;
  while (search(cut, few).end == TrainEnd::kStopped) ASSERT_LT(++calls, 20);
  EXPECT_GT(calls, 3);
  EXPECT_EQ(whole.student.lite.widths, open_run(cut.out).config.model.lite.widths);
  EXPECT_EQ(read_text(straight.out + "/search.jsonl", "test"), read_text(cut.out + "/search.jsonl", "test"));
  const auto hash = [](const std::string& run) { return state_hash(read_checkpoint(find_checkpoint(run))); };
  EXPECT_EQ(hash(straight.out + "-elastic"), hash(cut.out + "-elastic"));
  EXPECT_EQ(hash(straight.out), hash(cut.out));
}

TEST(Search, OtherFamiliesGetAWidestStudentFirst) {
  auto config = short_search(searched_teacher("stylegan2", 1), search_folder("stylegan2"));
  config.step = 16, config.budget = "flash=64K";
  const auto report = search(config, kSilent);
  EXPECT_EQ(report.end, TrainEnd::kFinished);
  EXPECT_EQ(open_run(config.out + "-widest").config.model.lite.widths, (std::vector<int64_t>{96, 80, 56}));
  EXPECT_LE(report.trained.file_bytes, 48 * 1024);
  EXPECT_EQ(open_run(config.out).config.model.channels, 1);
}

// Cut out of its teacher, or fitted to it, with its classes.
TEST(Search, LiteTeachersGiveASmallerWidestStudent) {
  const std::string teacher = searched_teacher("lite", 3, 2);
  for (const bool demodulate : {true, false}) {
    auto config = short_search(teacher, search_folder(demodulate ? "pruned" : "fitted"));
    config.student = lite_test::with_classes(lite_test::tiny_config(16)).lite;
    config.student.widths = {8, 8, 8}, config.student.w_dim = 10, config.student.demodulate = demodulate;
    config.student.quant.calibration = 64;
    EXPECT_EQ(search(config, kSilent).end, TrainEnd::kFinished);
    EXPECT_EQ(open_run(config.out + "-elastic").config.model.lite.widths, config.student.widths);
    EXPECT_EQ(open_run(config.out).class_names, (std::vector<std::string>{"even", "odd"}));
    EXPECT_FALSE(std::filesystem::exists(config.out + "-widest"));
  }
}

// The text of the usage error; nothing is written.
std::string refused_search(const SearchConfig& config) {
  try {
    search(config, kSilent);
  } catch (const Error& error) {
    EXPECT_FALSE(std::filesystem::exists(config.out + "-elastic"));
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    return error.what();
  }
  return "nothing was refused";
}

TEST(Search, WhatCannotBeIsRefusedAtOnce) {
  const auto good = short_search(searched_teacher("lite"), search_folder("refused"));
  const auto refused = [&](auto change) {
    auto config = good;
    change(config);
    return refused_search(config);
  };
  const auto expect_text = [](const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  expect_text(refused([](auto& c) { c.budget = ""; }), "names no limit");
  expect_text(refused([](auto& c) { c.budget = "flash=17K"; }), "even the smallest student needs ");
  expect_text(refused([](auto& c) { c.step = 0; }), "step: 0 is too small");
  expect_text(refused([](auto& c) { c.population = 1; }), "population: 1 is too small");
  std::filesystem::create_directories(good.out);
  write_text_atomically(good.out + "/mine.txt", "mine", "test");
  expect_text(refused([](auto&) {}), "is there already and holds no search");
}

TEST(Search, StudentsAreNoTeachers) {
  auto config = short_search(searched_teacher("lite"), search_folder("integers"));
  DistillConfig distilled;
  distilled.from = config.from, distilled.out = search_folder("int8");
  distilled.kimg = 0.032, distilled.student.quant.calibration = 64;
  distill(distilled, kSilent);
  config.from = distilled.out;
  EXPECT_NE(refused_search(config).find("is a student in integers"), std::string::npos);
}

}  // namespace
}  // namespace centigan
