// Subsets and held-out pictures; what `--preset auto` learns from a folder.
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <set>

#include "centigan/core/error.h"
#include "centigan/data/dataset.h"
#include "centigan/data/survey.h"
#include "picture_folder.h"

namespace centigan {
namespace {

using image_files::encode_png;

DataConfig smileys() {
  DataConfig config;
  config.path = CENTIGAN_TEST_SAMPLES;
  return config;
}

std::set<std::string> names_in(const Dataset& dataset) {
  std::set<std::string> names;
  for (int64_t i = 0; i < dataset.size(); ++i) names.insert(dataset.name(i));
  return names;
}

std::shared_ptr<Dataset> opened(const DataConfig& config, DataReport* report = nullptr) {
  return open_dataset(config, 16, 3, report);
}

std::string error_text(const DataConfig& config) {
  try {
    split_holdout(opened(config), config);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Split, HoldsOutAShareThatNeverComesBack) {
  DataConfig config = smileys();
  config.holdout = "12.5%";
  DataReport report;
  const auto all = opened(config, &report);
  const DataSplit split = split_holdout(all, config, &report);
  ASSERT_EQ(split.holdout->size(), 13);
  ASSERT_EQ(split.training->size(), 87);
  EXPECT_EQ(report.used, 87);
  ASSERT_EQ(report.notes.size(), 1u);
  std::set<std::string> both = names_in(*split.training);
  for (const std::string& name : names_in(*split.holdout)) EXPECT_TRUE(both.insert(name).second) << name;
  EXPECT_EQ(both, names_in(*all));
  for (int64_t i = 1; i < split.training->size(); ++i) EXPECT_LT(split.training->name(i - 1), split.training->name(i));
}

// What is left is the data set of a folder that never had the others: same order, pixels and fingerprint.
TEST(Split, TheRestIsAFolderWithoutThem) {
  DataConfig config = smileys();
  config.holdout = "90";
  const DataSplit split = split_holdout(opened(config), config);
  PictureFolder folder;
  for (const std::string& name : names_in(*split.training))
    std::filesystem::copy(config.path + "/" + name, folder / name);
  DataConfig plain;
  plain.path = folder.path();
  const auto rest = opened(plain);
  EXPECT_EQ(rest->fingerprint(), split.training->fingerprint());
  EXPECT_TRUE(at::equal(all_images(*rest), all_images(*split.training)));
}

TEST(Split, SeedsDrawAndSmallerSubsetsAreParts) {
  DataConfig config = smileys();
  config.subset = "40";
  const auto forty = names_in(*opened(config));
  EXPECT_EQ(forty.size(), 40u);
  EXPECT_EQ(names_in(*opened(config)), forty);
  config.subset = "0.1";
  const std::string tenth = opened(config)->fingerprint();
  config.subset = "10%";
  EXPECT_EQ(opened(config)->fingerprint(), tenth);
  for (const std::string& name : names_in(*opened(config))) EXPECT_TRUE(forty.count(name)) << name;
  config.subset = "40", config.split_seed = 1;
  EXPECT_NE(names_in(*opened(config)), forty);
}

TEST(Split, AFileOfNamesGivesThemBack) {
  DataConfig config = smileys();
  config.subset = "7";
  const auto chosen = opened(config);
  PictureFolder folder;
  const std::string list = picture_list(*chosen);
  folder.put("names", image_files::Bytes(list.begin(), list.end()));
  config.subset = folder / "names";
  EXPECT_EQ(opened(config)->fingerprint(), chosen->fingerprint());
  DataConfig rest = smileys();
  rest.holdout = folder / "names";
  EXPECT_EQ(split_holdout(opened(rest), rest).holdout->fingerprint(), chosen->fingerprint());
}

TEST(Split, HoldoutIsDrawnFromTheSubset) {
  DataConfig config = smileys();
  config.subset = "20", config.holdout = "25%";
  const auto subset = opened(config);
  const DataSplit split = split_holdout(subset, config);
  EXPECT_EQ(split.holdout->size(), 5);
  EXPECT_EQ(split.training->size(), 15);
  for (const std::string& name : names_in(*split.holdout)) EXPECT_TRUE(names_in(*subset).count(name));
}

TEST(Split, WrongChoicesAreRefused) {
  PictureFolder folder;
  folder.put("names", image_files::text("1f600.png\nnobody.png\n"));
  folder.put("one", image_files::text("1f600.png\r\n\n1f600.png\n"));
  const auto subset = [&](const std::string& text) {
    DataConfig config = smileys();
    config.subset = text;
    return error_text(config);
  };
  for (const char* text : {"1", "101", "-5", "0%", "2.5", "200%", "nan"})
    EXPECT_NE(subset(text).find("of 100 pictures is not from 2 to 100"), std::string::npos) << text << subset(text);
  EXPECT_NE(subset(folder / "names").find("nobody.png is not among the pictures"), std::string::npos);
  EXPECT_NE(subset(folder / "one").find("names 1 of 100 pictures, which leaves too few"), std::string::npos);
  EXPECT_NE(subset("ten").find("ten"), std::string::npos);
  DataConfig config = smileys();
  config.holdout = "99";
  EXPECT_NE(error_text(config).find("99 of 100 pictures is not from 1 to 98"), std::string::npos);
}

TEST(Survey, SmileysAreColouredSquares) {
  DataConfig config = smileys();
  config.subset = "30";
  const PictureSurvey survey = survey_pictures(config);
  EXPECT_EQ(survey.pictures, 30);
  EXPECT_EQ(survey.width, 128);
  EXPECT_EQ(survey.height, 128);
  EXPECT_EQ(survey.aspect, 1.0);
  EXPECT_FALSE(survey.grey);
}

TEST(Survey, SeesShapeAndGreyAndPassesOverBadFiles) {
  PictureFolder folder;
  for (int i = 0; i < 9; ++i) {
    image_files::PngSpec png;
    png.width = 30 + i, png.height = 20, png.colour = 0;
    folder.put("a" + std::to_string(i) + ".png", encode_png(png, [](int x, int, int) { return x & 255; }));
  }
  folder.put("broken.png", image_files::text("not a picture"));
  DataConfig config;
  config.path = folder.path();
  PictureSurvey survey = survey_pictures(config);
  EXPECT_EQ(survey.pictures, 9);
  EXPECT_EQ(survey.width, 30);
  EXPECT_EQ(survey.height, 20);
  EXPECT_NEAR(survey.aspect, 34 / 20.0, 1e-9);
  EXPECT_TRUE(survey.grey);
  folder.put("colour.png", encode_png({}, [](int x, int, int c) { return (x + c) & 255; }));
  EXPECT_FALSE(survey_pictures(config).grey);
}

}  // namespace
}  // namespace centigan
