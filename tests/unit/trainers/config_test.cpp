#include <functional>

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
      {[](TrainConfig& c) { c.trainer.batch = 5; }, "trainer.pieces: 2 is out of range: a divisor of trainer.batch 5"},
      {[](TrainConfig& c) { c.trainer.batch = 6; }, "pieces of 3 pictures cut groups of 2"},
      {[](TrainConfig& c) { c.model.family = "biggan", c.model.resolution = 32; },
       "pieces of 2 pictures cut groups of 4"},
      {[](TrainConfig& c) { c.loss.r1_on = "row"; }, "did you mean raw?"},
      {[](TrainConfig& c) { c.loss.objective = "hinge"; }, "one of nonsaturating, relativistic, distill"},
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
