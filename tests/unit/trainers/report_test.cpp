#include "centigan/trainers/report.h"

#include "centigan/core/image.h"
#include "centigan/models/model.h"
#include "report/sheet.h"
#include "report/time_share.h"
#include "tiny.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

TrainConfig reported_config(const std::string& out) {
  TrainConfig config = tiny_config("lite", out, 12);
  config.trainer.tick = config.trainer.grid_every = 3 * config.trainer.batch / 1000.0;
  return config;
}

bool has_section(const std::string& html, const std::string& id) {
  return html.find("<section id=\"" + id + "\">") != std::string::npos;
}

TEST(Report, FollowsARunAndIsWholeAtItsEnd) {
  const ScratchFolder folder;
  TrainConfig config = reported_config(folder / "run");
  config.trainer.eval_every = 9 * config.trainer.batch / 1000.0;
  std::string meanwhile;
  TrainOptions options = quiet();
  options.metric = [&](const TrainConfig&, const Dataset&, torch::Device) -> Metric {
    return [&](Generator&, const MetricWatch&) {
      meanwhile = slurp(config.out + "/report.html");
      return MetricResult{3.5, "toy", "toy=3.5", {{"metric", std::string("toy")}, {"value", 3.5}}};
    };
  };
  ASSERT_EQ(train(config, options), TrainEnd::kFinished);
  EXPECT_HAS(meanwhile, "http-equiv=\"refresh\"");
  EXPECT_HAS(meanwhile, "Training, ");
  const std::string html = slurp(config.out + "/report.html");
  for (const char* id :
       {"data", "samples", "numbers", "curves", "nearest", "truncation", "interpolation", "timelapse", "settings"})
    EXPECT_TRUE(has_section(html, id)) << id;
  EXPECT_FALSE(has_section(html, "classes") || has_section(html, "student") || has_section(html, "notes"));
  EXPECT_EQ(html.find("http-equiv"), std::string::npos);
  EXPECT_HAS(html, "Finished after 0.048");
  EXPECT_HAS(html, "100 pictures of ");
  EXPECT_HAS(html, "Best toy");
  EXPECT_TRUE(fs::exists(config.out + "/report/truncation.png") && fs::exists(config.out + "/report/figures.jsonl"));
}

// A page at each tick of half a second, which takes longer the longer the run is.
TEST(Report, TicksTakeAHundredthOfTheTime) {
  TimeShare time(0.01, 100);
  double now = 100, longest = 0;
  int written = 0;
  for (int tick = 1; tick <= 20000; ++tick) {
    now += 0.5;
    if (!time.allows(now)) continue;
    const double took = 0.05 + 1e-6 * tick + 0.02 * (tick % 3);
    now += took, ++written;
    time.spend(took);
    const double surprise = std::max(0.0, took - longest);  // longer than any before
    EXPECT_TRUE(written == 1 || time.spent() <= 0.01 * (now - 100) + surprise) << tick;
    longest = std::max(longest, took);
  }
  EXPECT_GT(written, 900);  // and uses what it may
}

TEST(Report, OfAStoppedRunSaysSoAndShowsWhatThereIs) {
  const ScratchFolder folder;
  const TrainConfig config = reported_config(folder / "run");
  ASSERT_EQ(train(config, quiet(7)), TrainEnd::kStopped);
  const std::string html = slurp(config.out + "/report.html");
  EXPECT_HAS(html, "Stopped at 0.024");
  EXPECT_FALSE(has_section(html, "truncation"));
  EXPECT_TRUE(has_section(html, "samples") && has_section(html, "curves") && has_section(html, "timelapse"));
}

TEST(Report, AFailureIsAWarningAndNoMore) {
  const ScratchFolder folder;
  const TrainConfig config = reported_config(folder / "run");
  fs::create_directories(config.out + "/checkpoints");
  fs::create_directories(config.out + "/report.html.tmp.x");
  ASSERT_EQ(train(config, quiet(3)), TrainEnd::kStopped);
  fs::remove(config.out + "/report.html");
  fs::create_directories(config.out + "/report.html/in-the-way");
  testing::internal::CaptureStderr();
  EXPECT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_HAS(testing::internal::GetCapturedStderr(), "the report could not be written");
}

TEST(Report, TornLinesAreCountedAndForeignFoldersRefused) {
  const ScratchFolder folder;
  const TrainConfig config = reported_config(folder / "run");
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  std::ofstream(config.out + "/stats.jsonl", std::ios::app)
      << "{\"images\": 9\n{\"images\": 7, \"Loss/G/loss\": \"nan\"}\n";
  std::ofstream(config.out + "/report/figures.jsonl", std::ios::app)
      << "{\"figure\": \"../../config\", \"rows\": \"\"}\n";
  std::ofstream(config.out + "/report/truncation.png") << "torn";
  const RunRecord record = read_run_record(config.out);
  EXPECT_EQ(record.unreadable, 1);
  EXPECT_EQ(record.figures.count("../../config"), 0u);
  const std::string html = report_html(record);
  EXPECT_HAS(html, "1 lines of stats.jsonl");
  EXPECT_HAS(html, "the file cannot be read");
  test::expect_error([&] { read_run_record(folder / "nothing"); }, "is no folder", ExitCode::kUsage);
  test::expect_error([&] { read_run_record(folder.path()); }, "holds no run", ExitCode::kUsage);
  std::ofstream(config.out + "/config.txt") << "loss.r1_gama = 1\n";
  EXPECT_HAS(error_of([&] { read_run_record(config.out); }), "r1_gama");
}

TEST(Report, ComparesRuns) {
  const ScratchFolder folder;
  TrainConfig config = reported_config(folder / "one");
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  config.out = folder / "two", config.loss.r1_gamma = 3.25;
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  const RunRecord one = read_run_record(folder / "one"), two = read_run_record(folder / "two");
  const std::string html = comparison_html({one, two});
  for (const char* id : {"runs", "sheets", "numbers", "curves", "settings"}) EXPECT_TRUE(has_section(html, id)) << id;
  const std::string settings = html.substr(html.find("<section id=\"settings\">"));
  EXPECT_HAS(settings, "loss.r1_gamma");
  EXPECT_HAS(settings, "3.25");
  EXPECT_EQ(settings.find("loss.pl_weight"), std::string::npos);
  EXPECT_HAS(html, "</i>one <b>");
  EXPECT_HAS(html, "</i>two <b>");
  EXPECT_HAS(comparison_html({one, one}), folder / "one");  // equal names: the whole path
}

at::Tensor figure_pixels(const ScratchFolder& folder, const ReportFigure& figure) {
  std::ofstream(folder / "figure.png", std::ios::binary) << figure.png;
  return read_sheet(folder / "figure.png");
}

// Mirrored training pictures as fakes: each stands above its own original, turned round.
TEST(ReportFigures, CopiesAreShownBesideTheirOriginals) {
  const ScratchFolder folder;
  const TrainConfig config = tiny_config("lite", folder / "run");
  const auto data = open_dataset(config.data, 16, 3);
  const at::Tensor fakes = all_images(*data).narrow(0, 20, 32).flip({3}).contiguous();
  const ReportFigure figure = nearest_figure(*data, {fakes, {}, {}, {}, ""}, 7);
  EXPECT_EQ(figure.rows, (std::vector<std::string>{"closest", "nearest", "at random", "nearest"}));
  const at::Tensor rows = figure_pixels(folder, figure);
  ASSERT_EQ(rows.sizes(), (at::IntArrayRef{3, 64, 128}));
  EXPECT_TRUE(at::equal(rows.narrow(1, 0, 16), rows.narrow(1, 16, 16)));
  EXPECT_TRUE(at::equal(rows.narrow(1, 32, 16), rows.narrow(1, 48, 16)));
  EXPECT_FALSE(at::equal(rows.narrow(1, 0, 16), rows.narrow(1, 32, 16)));
}

TEST(ReportFigures, NetworksWithClassesShowEach) {
  ModelConfig model = tiny_config("stylegan2", "").model;
  model.classes = 3;
  const auto generator = make_generator(model, 5);
  const auto figures = network_figures(*generator, torch::kCPU, 7);
  ASSERT_EQ(figures.size(), 3u);
  EXPECT_EQ(figures[2].name, "classes");
  EXPECT_EQ(figures[2].rows.size(), 3u);
  const ScratchFolder folder;
  const at::Tensor truncated = figure_pixels(folder, figures[0]), ways = figure_pixels(folder, figures[1]);
  const at::Tensor mean = truncated.narrow(1, 0, 16);  // psi 0: every picture is the mean one
  EXPECT_TRUE(at::equal(mean.narrow(2, 0, 16), mean.narrow(2, 16, 16)));
  EXPECT_EQ(ways.sizes(), (at::IntArrayRef{3, 64, 144}));
  EXPECT_TRUE(generator->is_training());
}

TEST(ReportFigures, LargeSheetsAreCutToWholeCells) {
  const at::Tensor sheet = at::zeros({3, 8 * 256, 8 * 256}, at::kByte);
  EXPECT_EQ(cut_sheet(sheet, 256, 256).sizes(), (at::IntArrayRef{3, 768, 768}));
  EXPECT_EQ(cut_sheet(sheet.narrow(1, 0, 1024).narrow(2, 0, 1024), 128, 128).sizes(), (at::IntArrayRef{3, 768, 768}));
  EXPECT_EQ(cut_sheet(sheet.narrow(1, 0, 512), 64, 64).sizes(), (at::IntArrayRef{3, 512, 768}));
}

}  // namespace
}  // namespace centigan
