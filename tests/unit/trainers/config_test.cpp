#include <functional>

#include "centigan/trainers/auto_preset.h"
#include "centigan/trainers/objectives.h"
#include "tiny.h"

namespace centigan {
namespace {

TEST(Presets, QuickstartIsTheTriedRecipe) {
  TrainConfig c;
  apply_preset("quickstart", c);
  c.data.path = "x";
  check_train_config(c);
  EXPECT_EQ(c.model.family, "lite");
  EXPECT_EQ(c.model.resolution, 32);
  EXPECT_EQ(c.trainer.kimg, 400);
  EXPECT_EQ(c.loss.r1_on, "raw");
  EXPECT_TRUE(c.loss.share_fakes && c.data.mirror && !c.trainer.g_opt.lazy_correction);
  EXPECT_EQ(total_steps(c.trainer), 25000);
  EXPECT_EQ(c.trainer.tick, 8);
  EXPECT_EQ(c.trainer.save_every, 40);
}

TEST(Presets, LowShotIsThePublishedColumn) {
  TrainConfig c;
  apply_preset("low-shot-256", c);
  c.data.path = "x";
  check_train_config(c);
  EXPECT_EQ(c.model.stylegan2.mapping_layers, 8);
  EXPECT_EQ(c.model.stylegan2.channel_base, 32768);
  EXPECT_EQ(c.model.precision, "float32");
  EXPECT_EQ(c.loss.r1_interval, 1);
  EXPECT_EQ(c.loss.r1_on, "augmented");
  EXPECT_EQ(c.trainer.batch, 16);
  EXPECT_EQ(c.trainer.ema_start, 10);
  EXPECT_EQ(c.trainer.augment, "color,translation,cutout");
}

// The columns of DiffAugment's StyleGAN2 recipes.
TEST(Presets, CifarAndFfhqAreThePublishedColumns) {
  TrainConfig cifar, ffhq;
  apply_preset("cifar", cifar), apply_preset("ffhq256-few", ffhq);
  for (TrainConfig* c : {&cifar, &ffhq}) {
    c->data.path = "x";
    check_train_config(*c);
    EXPECT_EQ(c->model.family, "stylegan2");
    EXPECT_EQ(c->model.precision, "float32");
    EXPECT_EQ(c->model.stylegan2.channel_max, 512);
    EXPECT_EQ(c->model.stylegan2.mapping_layers, 8);
    EXPECT_EQ(c->model.stylegan2.mbstd_group_size, 4);
    EXPECT_EQ(c->trainer.batch, 32);
    EXPECT_EQ(c->trainer.kimg, 25000);
    EXPECT_EQ(c->trainer.ema_start, c->trainer.ema_kimg);
    EXPECT_EQ(c->trainer.ema_rampup, 0);
    EXPECT_EQ(c->trainer.augment, "color,translation,cutout");
    EXPECT_EQ(c->loss.r1_interval, 1);
    EXPECT_EQ(c->loss.r1_on, "shown");
    EXPECT_EQ(c->loss.pl_weight, 0);
    EXPECT_EQ(c->loss.style_mixing, 0.9);
    for (const AdamConfig* adam : {&c->trainer.g_opt, &c->trainer.d_opt}) {
      EXPECT_EQ(adam->lr.at(0), 0.002);
      EXPECT_EQ(adam->beta1, 0.0);
      EXPECT_EQ(adam->beta2, 0.99);
      EXPECT_FALSE(adam->lazy_correction);
    }
    EXPECT_TRUE(c->data.mirror);
  }
  EXPECT_EQ(cifar.model.resolution, 32);
  EXPECT_EQ(cifar.model.stylegan2.channel_base, 4096);
  EXPECT_EQ(cifar.loss.r1_gamma, 0.1);
  EXPECT_EQ(cifar.trainer.ema_kimg, 1000);
  EXPECT_EQ(ffhq.model.resolution, 256);
  EXPECT_EQ(ffhq.model.stylegan2.channel_base, 16384);
  EXPECT_EQ(ffhq.loss.r1_gamma, 1.0);
  EXPECT_EQ(ffhq.trainer.ema_kimg, 10);
}

AutoFacts facts_of(int64_t pictures, int64_t width, int64_t height, bool accelerator) {
  AutoFacts facts;
  facts.pictures = {pictures, width, height, 1.0 * width / height, false};
  facts.accelerator = accelerator, facts.cores = 2;
  return facts;
}

TrainConfig chosen_for(const AutoFacts& facts) {
  TrainConfig c;
  EXPECT_GE(apply_auto(facts, c).size(), 2u);
  c.data.path = "x";
  check_train_config(c);
  return c;
}

TEST(AutoPreset, WithoutAGpuItIsTheQuickstartAtTheSizeOfThePictures) {
  TrainConfig quickstart;
  apply_preset("quickstart", quickstart);
  quickstart.preset = "auto", quickstart.data.path = "x";
  check_train_config(quickstart);
  TrainConfig c = chosen_for(facts_of(100, 40, 33, false));
  EXPECT_EQ(write_config(ConfigRef(c)), write_config(ConfigRef(quickstart)));
  c = chosen_for(facts_of(100, 128, 128, false));
  EXPECT_EQ(c.model.resolution, 64);
  EXPECT_EQ(c.model.lite.widths, (std::vector<int64_t>{64, 64, 48, 32, 16}));
  EXPECT_NEAR(c.loss.r1_gamma, 1.2, 1e-12);
  AutoFacts facts = facts_of(100, 128, 128, false);
  facts.cores = 16;
  EXPECT_EQ(chosen_for(facts).trainer.pieces, 4);
  facts.batch = 8;
  EXPECT_EQ(chosen_for(facts).trainer.pieces, 2);
  facts.pictures.grey = true, facts.pictures.pictures = 250;
  EXPECT_EQ(chosen_for(facts).model.channels, 1);
  EXPECT_EQ(chosen_for(facts).trainer.kimg, 1000);
}

TEST(AutoPreset, OnAGpuFewPicturesGetTheLowShotRecipe) {
  TrainConfig low_shot;
  apply_preset("low-shot-256", low_shot);
  low_shot.preset = "auto", low_shot.data.path = "x", low_shot.trainer.pieces = 1;
  check_train_config(low_shot);
  TrainConfig c = chosen_for(facts_of(100, 500, 400, true));
  EXPECT_NE(c.model.stylegan2.base_width, 4);  // not square
  c = chosen_for(facts_of(100, 500, 500, true));
  EXPECT_EQ(write_config(ConfigRef(c)), write_config(ConfigRef(low_shot)));
  c = chosen_for(facts_of(389, 128, 128, true));
  EXPECT_EQ(c.loss.r1_gamma, 2.5);
  EXPECT_EQ(c.trainer.kimg, 500);
}

// The one-GPU rows of ADA's auto.
TEST(AutoPreset, OnAGpuManyPicturesGetThePublishedFormulas) {
  const std::tuple<int64_t, int64_t, double, double> rows[] = {
      {32, 32, 0.0064, 10}, {64, 32, 0.0256, 10}, {128, 32, 0.1024, 10}, {256, 16, 0.8192, 5}};
  for (const auto& [side, batch, gamma, ema] : rows) {
    const TrainConfig c = chosen_for(facts_of(5000, side, side, true));
    EXPECT_EQ(c.model.resolution, side);
    EXPECT_EQ(c.trainer.batch, batch);
    EXPECT_NEAR(c.loss.r1_gamma, gamma, 1e-12);
    EXPECT_EQ(c.trainer.ema_kimg, ema);
    EXPECT_EQ(c.model.stylegan2.mapping_layers, 2);
    EXPECT_EQ(c.trainer.g_opt.lr.at(0), 0.0025);
    EXPECT_TRUE(c.trainer.g_opt.lazy_correction);
    EXPECT_EQ(c.trainer.kimg, 25000);
  }
}

TEST(AutoPreset, KeepsTheShapeOfPhotos) {
  TrainConfig c = chosen_for(facts_of(100, 1500, 1000, true));  // 3:2
  EXPECT_EQ(picture_width(c.model), 192);
  EXPECT_EQ(picture_height(c.model), 128);
  c = chosen_for(facts_of(100, 1200, 1600, true));  // 3:4
  EXPECT_EQ(picture_width(c.model) * 4, picture_height(c.model) * 3);
  c = chosen_for(facts_of(100, 1500, 1000, false));
  EXPECT_EQ(c.model.family, "lite");
  EXPECT_EQ(c.model.resolution, 64);
}

TEST(AutoPreset, TakesWhatIsAskedFor) {
  AutoFacts facts = facts_of(100, 128, 128, false);
  facts.family = "stylegan2", facts.resolution = 32, facts.channels = 1;
  TrainConfig c = chosen_for(facts);
  EXPECT_EQ(c.model.family, "stylegan2");
  EXPECT_EQ(c.model.resolution, 32);
  EXPECT_EQ(c.model.channels, 1);
  EXPECT_EQ(c.model.stylegan2.channel_max, 64);
  facts.family = "biggan", facts.channels = 0;
  c = chosen_for(facts);
  EXPECT_EQ(c.trainer.pieces, 1);
  EXPECT_EQ(c.loss.objective, "hinge");
  EXPECT_TRUE(c.loss.joined && c.model.biggan.hier);
  EXPECT_EQ(c.model.biggan.g_ch, 16);
  facts.resolution = 64, facts.accelerator = true;
  c = chosen_for(facts);
  EXPECT_EQ(c.model.biggan.g_ch, 64);
  EXPECT_EQ(c.model.biggan.g_attn, "32");
}

TEST(AutoPreset, SmileysTrain) {
  const ScratchFolder folder;
  TrainConfig c;
  c.data.path = CENTIGAN_SOURCE_DIR "/samples/smileys", c.trainer.device = "cpu";
  EXPECT_GE(apply_preset("auto", c).size(), 3u);
  EXPECT_EQ(c.preset, "auto");
  EXPECT_EQ(c.model.resolution, 64);
  c.out = folder / "run";
  EXPECT_EQ(train(c, quiet(2)), TrainEnd::kStopped);
}

TEST(Presets, UnknownOneNamesTheNearest) {
  TrainConfig c;
  ExitCode code = ExitCode::kDone;
  EXPECT_HAS(error_of([&] { apply_preset("quickstrat", c); }, &code), "did you mean quickstart?");
  EXPECT_EQ(code, ExitCode::kUsage);
}

TEST(Objectives, UnknownOneNamesTheNearest) {
  EXPECT_HAS(error_of([] { objective_takes_reals("nonsaturatin"); }), "is not an objective");
}

TEST(TrainConfigCheck, NamesKeyValueAndLimit) {
  using Change = std::function<void(TrainConfig&)>;
  const std::pair<Change, const char*> cases[] = {
      {[](TrainConfig& c) { c.trainer.batch = 0; }, "config: trainer.batch: 0 is out of range: at least 1"},
      {[](TrainConfig& c) { c.trainer.kimg = 0; }, "config: trainer.kimg: 0 is out of range: above 0"},
      {[](TrainConfig& c) { c.trainer.keep = 1; }, "trainer.keep: 1 is out of range: at least 2"},
      {[](TrainConfig& c) { c.trainer.keep_every = -1; }, "trainer.keep_every: -1 is out of range: at least 0"},
      {[](TrainConfig& c) { c.trainer.eval_every = -2; }, "trainer.eval_every: -2 is out of range: at least -1"},
      {[](TrainConfig& c) { c.trainer.eval_fakes = 1; }, "trainer.eval_fakes: 1 is out of range: at least 2"},
      {[](TrainConfig& c) { c.trainer.metric = "fiid"; }, "did you mean fid?"},
      {[](TrainConfig& c) { c.trainer.patience = 5; }, "trainer.patience: 5 is out of range: 0 without evaluations"},
      {[](TrainConfig& c) { c.loss.objective = "distill", c.loss.teacher = "x", c.trainer.eval_every = 5; },
       "distill has no real pictures to measure against"},
      {[](TrainConfig& c) { c.trainer.batch = 5; }, "trainer.pieces: 2 is out of range: a divisor of trainer.batch 5"},
      {[](TrainConfig& c) { c.trainer.batch = 6; }, "pieces of 3 pictures cut groups of 2"},
      {[](TrainConfig& c) { c.model.family = "biggan", c.model.resolution = 32; },
       "pieces of 2 pictures cut groups of 4"},
      {[](TrainConfig& c) { c.trainer.d_steps = 0; }, "trainer.d_steps: 0 is out of range: at least 1"},
      {[](TrainConfig& c) { c.trainer.g_accumulations = 2; },
       "trainer.g_accumulations: 2 is out of range: at most the 1 batches"},
      {[](TrainConfig& c) { c.loss.objective = "distill", c.loss.teacher = "x", c.trainer.d_steps = 2; },
       "trainer.d_steps: 2 is out of range: there is no D to train with distill"},
      {[](TrainConfig& c) { c.loss.share_fakes = true, c.trainer.d_steps = 2; },
       "loss.share_fakes: true is out of range: a step has several batches"},
      {[](TrainConfig& c) { c.loss.joined = true, c.loss.share_fakes = false; },
       "loss.joined: true is out of range: the minibatch deviation of lite would mix"},
      {[](TrainConfig& c) { c.loss.fake_labels = "unifrom"; }, "did you mean uniform?"},
      {[](TrainConfig& c) { c.loss.d_ortho = -1; }, "loss.d_ortho: -1 is out of range: at least 0"},
      {[](TrainConfig& c) { c.loss.cr_augment = "flip,cutuot"; }, "did you mean cutout?"},
      {[](TrainConfig& c) { c.loss.r1_on = "row"; }, "did you mean raw?"},
      {[](TrainConfig& c) { c.loss.objective = "hinges"; }, "one of nonsaturating, hinge, relativistic, distill"},
      {[](TrainConfig& c) { c.loss.lecam = -1; }, "loss.lecam: -1 is out of range: at least 0"},
      {[](TrainConfig& c) { c.loss.lecam_decay = 2; }, "loss.lecam_decay: 2 is out of range: from 0 to 1"},
      {[](TrainConfig& c) { c.loss.zcr_sigma = 0; }, "loss.zcr_sigma: 0 is out of range: above 0"},
      {[](TrainConfig& c) { c.loss.cr_augment = "cutuot"; }, "did you mean cutout?"},
      {[](TrainConfig& c) { c.loss.apa = 1.5; }, "loss.apa: 1.5 is out of range: from 0 to 1"},
      {[](TrainConfig& c) { c.loss.advaug_eta = 0; }, "loss.advaug_eta: 0 is out of range: above 0"},
      {[](TrainConfig& c) { c.loss.augself = 1, c.trainer.augment = ""; }, "trainer.augment draws nothing to tell"},
      {[](TrainConfig& c) { c.loss.objective = "relativistic", c.loss.chain = 1; },
       "loss.chain: 1 is out of range: 0 with relativistic"},
      {[](TrainConfig& c) { c.loss.objective = "relativistic", c.loss.apa = 0.5; },
       "loss.apa: 0.5 is out of range: 0 with relativistic"},
      {[](TrainConfig& c) { c.loss.objective = "relativistic", c.trainer.adapt.mode = "policy"; },
       "trainer.adapt.mode: policy is out of range: off with relativistic"},
      {[](TrainConfig& c) { c.loss.style_mixing = 1.5; }, "loss.style_mixing: 1.5 is out of range: from 0 to 1"},
      {[](TrainConfig& c) { c.trainer.g_opt.beta2 = 1; }, "trainer.g_opt.beta2"},
      {[](TrainConfig& c) { c.trainer.d_opt.lr = -1; }, "trainer.d_opt.lr: -1 is out of range: at least 0"},
      {[](TrainConfig& c) { c.trainer.on_save_error = "ignore"; }, "one of continue, stop"},
      {[](TrainConfig& c) { c.trainer.augment = "colour"; }, "color"},
      {[](TrainConfig& c) { c.trainer.adapt.mode = "on"; },
       "trainer.adapt.mode: on is out of range: one of off, policy"},
      {[](TrainConfig& c) { c.trainer.adapt.ceiling = 1.5; },
       "trainer.adapt.ceiling: 1.5 is out of range: from 0 to 1"},
      {[](TrainConfig& c) { c.trainer.adapt.start = 0.9; }, "from 0 to trainer.adapt.ceiling 0.8"},
      {[](TrainConfig& c) { c.trainer.adapt.target = 2; }, "trainer.adapt.target: 2 is out of range: from -1 to 1"},
      {[](TrainConfig& c) { c.trainer.adapt.kimg = 0; }, "trainer.adapt.kimg: 0 is out of range: above 0"},
      {[](TrainConfig& c) { c.trainer.adapt.interval = 0; }, "trainer.adapt.interval: 0 is out of range: at least 1"},
      {[](TrainConfig& c) { c.trainer.adapt.mode = "step", c.trainer.augment = ""; }, "has no step to steer"},
      {[](TrainConfig& c) { c.trainer.adapt.mode = "policy", c.trainer.augment = "color,cutout:p=0.5"; },
       "trainer.adapt.mode: policy is out of range: trainer.augment gives cutout a fixed p= of its own"},
      {[](TrainConfig& c) { c.loss.objective = "distill", c.loss.teacher = "run", c.trainer.adapt.mode = "policy"; },
       "distill shows D no real pictures"},
      {[](TrainConfig& c) { c.data.path = ""; }, "data.path: nothing"},
      {[](TrainConfig& c) { c.loss.objective = "distill"; }, "loss.teacher: nothing"},
      {[](TrainConfig& c) { c.loss.distill.perceptual = -1; }, "loss.distill.perceptual: -1 is out of range"},
      {[](TrainConfig& c) { c.loss.distill.distance = "mdm"; }, "did you mean mmd"},
      {[](TrainConfig& c) { c.model.resolution = 17; }, "resolution"},
  };
  for (const auto& [change, part] : cases) {
    TrainConfig c = tiny_config("lite", "out");
    change(c);
    ExitCode code = ExitCode::kDone;
    EXPECT_HAS(error_of([&] { check_train_config(c); }, &code), part);
    EXPECT_EQ(code, ExitCode::kUsage) << part;
  }
}

TEST(TrainConfigCheck, TextReproducesIt) {
  TrainConfig c = tiny_config("stylegan2", "out"), read;
  const std::string text = write_config(ConfigRef(c));
  read_config(ConfigRef(read), text, "text");
  EXPECT_EQ(write_config(ConfigRef(read)), text);
}

}  // namespace
}  // namespace centigan
