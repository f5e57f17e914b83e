#include "centigan/trainers/train.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cmath>

#include "tiny.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

// An undisturbed run of each family, made once: 60 steps, for stylegan2 four.
const std::string& straight_run(const std::string& family) {
  static const ScratchFolder folder;
  static std::map<std::string, std::string> runs;
  std::string& run = runs[family];
  if (run.empty()) {
    run = folder / family;
    EXPECT_EQ(train(tiny_config(family, run, family == "lite" ? 60 : 4), quiet()), TrainEnd::kFinished);
  }
  return run;
}

class Resume : public testing::TestWithParam<int> {};

TEST_P(Resume, ContinuesBitForBit) {
  const ScratchFolder folder;
  const TrainConfig config = tiny_config("lite", folder / "run");
  ASSERT_EQ(train(config, quiet(GetParam())), TrainEnd::kStopped);
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(run_hash(config.out), run_hash(straight_run("lite")));
  EXPECT_EQ(timeless_stats(config.out), timeless_stats(straight_run("lite")));
}

INSTANTIATE_TEST_SUITE_P(AtStep, Resume, testing::Values(1, 7, 16, 59),
                         [](const auto& info) { return std::to_string(info.param); });

TEST(Train, LeavesTheFilesOfARun) {
  const std::string& run = straight_run("lite");
  for (const char* name : {"config.txt", "log.txt", "stats.jsonl", "reals.png", "fakes0000240.png"})
    EXPECT_TRUE(fs::exists(run + "/" + name)) << name;
  EXPECT_EQ(checkpoint_names(run), (std::vector<std::string>{"0000160.h5", "0000240.h5"}));
  bool events = false;
  for (const auto& entry : fs::directory_iterator(run))
    events |= entry.path().filename().string().rfind("events.out.tfevents.", 0) == 0;
  EXPECT_TRUE(events);
  EXPECT_EQ(slurp(run + "/log.txt").find('\r'), std::string::npos);
}

TEST(Train, WritesOneLineATickWithTheSameKeys) {
  std::istringstream lines(slurp(straight_run("lite") + "/stats.jsonl"));
  std::string line, keys;
  int count = 0;
  for (; std::getline(lines, line); ++count) {
    std::string now;
    for (size_t at = 0; (at = line.find("\": ", at)) != std::string::npos; ++at)
      now += line.substr(line.rfind('"', at - 1), at - line.rfind('"', at - 1));
    if (count == 0) keys = now;
    EXPECT_EQ(now, keys);
  }
  EXPECT_EQ(count, 9);  // every 7 steps of 60, and the end
  EXPECT_HAS(keys, "Loss/r1_penalty");
  EXPECT_HAS(keys, "Timing/img_per_sec");
}

TEST(Train, OpensItsRuns) {
  const auto run = open_run(straight_run("stylegan2"));
  EXPECT_EQ(run.images, 16);
  EXPECT_EQ(run.config.model.family, "stylegan2");
  SynthesisOptions options;
  options.noise = NoiseMode::kConst;
  const torch::Tensor images = run.generator->forward(at::zeros({2, 8}), {}, 1.0, options);
  EXPECT_EQ(images.sizes(), (at::IntArrayRef{2, 3, 16, 16}));
  EXPECT_TRUE(run.discriminator != nullptr);
  EXPECT_EQ(open_run(run.checkpoint).images, 16);
}

TEST(Train, RunWithoutCheckpointCannotBeOpened) {
  const ScratchFolder folder;
  EXPECT_HAS(error_of([&] { open_run(folder.path()); }), "holds no checkpoint");
}

TEST(Train, AverageDiffersFromTheLastWeights) {
  const Snapshot snapshot = read_checkpoint(find_checkpoint(straight_run("lite")));
  int64_t different = 0;
  for (const auto& [name, tensor] : snapshot.tensors)
    if (name.rfind("G/", 0) == 0) different += !at::equal(tensor, snapshot.tensor("G_ema/" + name.substr(2)));
  EXPECT_GT(different, 3);
}

TEST(Train, SameSeedSameBitsAnotherSeedOthers) {
  const ScratchFolder folder;
  TrainConfig config = tiny_config("lite", folder / "a");
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(run_hash(config.out), run_hash(straight_run("lite")));
  config.trainer.seed = 6, config.out = folder / "b";
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_NE(run_hash(config.out), run_hash(straight_run("lite")));
}

TEST(Train, ThreadsChangeNoBit) {
  const ScratchFolder folder;
  TrainConfig config = tiny_config("lite", folder / "run");
  config.trainer.threads = 2;
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(run_hash(config.out), run_hash(straight_run("lite")));
  EXPECT_EQ(timeless_stats(config.out), timeless_stats(straight_run("lite")));
}

TEST(Train, PiecesAreAveragedNotSummed) {
  std::map<int64_t, torch::Tensor> weights;
  for (const int64_t pieces : {1, 2}) {
    const ScratchFolder folder;
    TrainConfig config = tiny_config("stylegan2", folder / "run", 1);
    config.trainer.pieces = pieces;
    config.trainer.g_opt.eps = 1.0;  // so that the size of the gradient shows
    config.trainer.g_opt.lr = 1.0;
    config.loss.style_mixing = 0.0, config.loss.pl_weight = 0.0;
    config.model.stylegan2.mbstd_group_size = 1;
    train(config, quiet());
    weights[pieces] = read_checkpoint(find_checkpoint(config.out)).tensor("optimizers/G/exp_avg");
  }
  EXPECT_TRUE(at::allclose(weights[1], weights[2], 1e-3, 1e-7));
}

TEST(Train, FinishedRunSaysSo) {
  const ScratchFolder folder;
  const TrainConfig config = tiny_config("lite", folder / "run", 3);
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  const std::string before = run_hash(config.out), stats = slurp(config.out + "/stats.jsonl");
  EXPECT_EQ(train(config, quiet()), TrainEnd::kAlreadyFinished);
  EXPECT_EQ(run_hash(config.out), before);
  EXPECT_EQ(slurp(config.out + "/stats.jsonl"), stats);
  EXPECT_HAS(slurp(config.out + "/log.txt"), "is finished");
}

TEST(Train, KimgProlongs) {
  const ScratchFolder folder;
  TrainConfig config = tiny_config("lite", folder / "run", 3);
  config.trainer.lr_decay_start = 1.0;
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  TrainConfig longer = tiny_config("lite", folder / "run", 6);
  longer.trainer.lr_decay_start = 1.0;
  ASSERT_EQ(train(longer, quiet()), TrainEnd::kFinished);
  TrainConfig straight = longer;
  straight.out = folder / "straight";
  ASSERT_EQ(train(straight, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(run_hash(longer.out), run_hash(straight.out));
  ExitCode code = ExitCode::kDone;
  EXPECT_HAS(error_of([&] { train(config, quiet()); }, &code), "--kimg may only grow");
  EXPECT_EQ(code, ExitCode::kUsage);
}

std::map<std::string, std::string> files_of(const std::string& run) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(run))
    if (entry.is_regular_file()) files[entry.path()] = slurp(entry.path());
  return files;
}

TEST(Train, OtherConfigurationIsRefusedWithTheList) {
  const ScratchFolder folder;
  TrainConfig config = tiny_config("lite", folder / "run", 3);
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  const auto before = files_of(config.out);
  config.loss.r1_gamma = 3.0, config.trainer.batch = 8;
  ExitCode code = ExitCode::kDone;
  const std::string error = error_of([&] { train(config, quiet()); }, &code);
  EXPECT_HAS(error, "loss.r1_gamma: stored 10, now 3");
  EXPECT_HAS(error, "trainer.batch: stored 4, now 8");
  EXPECT_EQ(error.find("trainer.tick"), std::string::npos) << error;
  EXPECT_EQ(code, ExitCode::kUsage);
  EXPECT_EQ(files_of(config.out), before);
}

TEST(Train, OtherPicturesAreRefused) {
  const ScratchFolder folder;
  fs::create_directory(folder / "pictures");
  int count = 0;
  for (const auto& entry : fs::directory_iterator(CENTIGAN_SOURCE_DIR "/samples/smileys"))
    if (entry.path().extension() == ".png" && ++count <= 10)
      fs::copy(entry.path(), folder / "pictures/" + entry.path().filename().string());
  TrainConfig config = tiny_config("lite", folder / "run", 8);
  config.data.path = folder / "pictures";
  ASSERT_EQ(train(config, quiet(3)), TrainEnd::kStopped);
  fs::remove(fs::directory_iterator(folder / "pictures")->path());
  const auto before = files_of(config.out);
  ExitCode code = ExitCode::kDone;
  EXPECT_HAS(error_of([&] { train(config, quiet()); }, &code), "holds a run on other pictures");
  EXPECT_EQ(code, ExitCode::kUsage);
  EXPECT_EQ(files_of(config.out), before);
}

TEST(Train, ForeignFolderIsRefused) {
  const ScratchFolder folder;
  std::ofstream(folder / "thesis.txt") << "years of work";
  EXPECT_HAS(error_of([&] { train(tiny_config("lite", folder.path()), quiet()); }), "holds thesis.txt but no run");
  EXPECT_HAS(error_of([&] { train(tiny_config("lite", folder / "thesis.txt"), quiet()); }), "is a file");
}

TEST(Train, OneTrainerARun) {
  const ScratchFolder folder;
  const TrainConfig config = tiny_config("lite", folder / "run", 3);
  ASSERT_EQ(train(config, quiet(1)), TrainEnd::kStopped);
  const int other = open((config.out + "/lock").c_str(), O_RDWR);
  ASSERT_EQ(flock(other, LOCK_EX), 0);
  ExitCode code = ExitCode::kDone;
  const std::string error = error_of([&] { train(config, quiet()); }, &code);
  EXPECT_HAS(error, "is in use by process " + std::to_string(getpid()) + " on ");
  EXPECT_EQ(code, ExitCode::kFailed);
  close(other);
  EXPECT_EQ(train(config, quiet()), TrainEnd::kFinished);
}

TEST(Train, DamagedCheckpointIsNamedAndTheOneBeforeTaken) {
  const ScratchFolder folder;
  const TrainConfig config = tiny_config("lite", folder / "run");
  ASSERT_EQ(train(config, quiet(45)), TrainEnd::kStopped);
  const auto names = checkpoint_names(config.out);
  ASSERT_EQ(names, (std::vector<std::string>{"0000160.h5", "0000180.h5"}));
  std::fstream file(config.out + "/checkpoints/0000180.h5", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(5000);
  file.put('!');
  file.close();
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  const std::string log = slurp(config.out + "/log.txt");
  EXPECT_HAS(log, "0000180.h5");
  EXPECT_HAS(log, "resumes from " + config.out + "/checkpoints/0000160.h5");
  EXPECT_EQ(run_hash(config.out), run_hash(straight_run("lite")));
  EXPECT_EQ(timeless_stats(config.out), timeless_stats(straight_run("lite")));
}

TEST(Train, LogsAfterTheCheckpointAreWrittenAgainNotTwice) {
  const ScratchFolder folder;
  const TrainConfig config = tiny_config("lite", folder / "run");
  ASSERT_EQ(train(config, quiet(45)), TrainEnd::kStopped);
  fs::remove(config.out + "/checkpoints/0000180.h5");
  std::ofstream(config.out + "/stats.jsonl", std::ios::app) << "{\"images\": 18";  // torn by a kill
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(timeless_stats(config.out), timeless_stats(straight_run("lite")));
}

TEST(Train, NextFreeRunIsNamedAfterDataAndModel) {
  const ScratchFolder folder;
  const fs::path here = fs::current_path();
  fs::current_path(folder.path());
  fs::create_directories("runs/00007-old-lite");
  TrainConfig config = tiny_config("lite", "", 1);
  EXPECT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_TRUE(fs::exists("runs/00008-smileys-lite/config.txt"));
  fs::current_path(here);
}

TEST(Train, DryRunWritesNothing) {
  const ScratchFolder folder;
  TrainOptions options;
  options.dry_run = true;
  testing::internal::CaptureStdout();
  EXPECT_EQ(train(tiny_config("lite", folder / "run"), options), TrainEnd::kFinished);
  const std::string text = testing::internal::GetCapturedStdout();
  for (const char* part : {"trainer.batch = 4", "G, averaged:", "G: ", " parameters, ", "memory:", "time, here and now:"})
    EXPECT_HAS(text, part);
  EXPECT_FALSE(fs::exists(folder / "run"));
}

TEST(Train, SheetsShowTheAverage) {
  // A checkpoint's average, drawn as the loop draws it, is the sheet of that moment: training leaves no other state.
  const ScratchFolder folder;
  TrainConfig config = tiny_config("lite", folder / "run", 4);
  config.trainer.grid_every = config.trainer.tick = config.trainer.save_every = 4 / 1000.0;
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_NE(slurp(config.out + "/fakes0000004.png"), slurp(config.out + "/fakes0000016.png"));
  TrainConfig rare = config;
  rare.out = folder / "rare", rare.trainer.grid_every = rare.trainer.save_every = 1;
  ASSERT_EQ(train(rare, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(run_hash(rare.out), run_hash(config.out));
}

TEST(TrainDistill, StudentComesNearerToItsTeacher) {
  const ScratchFolder folder;
  TrainConfig config = tiny_config("lite", folder / "student", 40);
  config.loss.objective = "distill", config.loss.teacher = straight_run("stylegan2");
  config.trainer.g_opt.lr = 0.01;
  ASSERT_EQ(train(config, quiet(20)), TrainEnd::kStopped);
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_TRUE(open_run(config.out).discriminator == nullptr);
  TrainConfig straight = config;
  straight.out = folder / "straight";
  ASSERT_EQ(train(straight, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(run_hash(straight.out), run_hash(config.out));
  const std::string stats = timeless_stats(config.out);
  const auto l1 = [](const std::string& line) { return std::atof(line.c_str() + line.find("Loss/G/l1\": ") + 12); };
  EXPECT_LT(l1(stats.substr(stats.rfind("{\"images"))), l1(stats));
}

}  // namespace
}  // namespace centigan
