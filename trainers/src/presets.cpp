#include "centigan/core/error.h"
#include "centigan/core/text.h"
#include "centigan/trainers/auto_preset.h"
#include "centigan/trainers/train_config.h"

namespace centigan {
namespace {

// A small generator in the chip's grammar on 100 pictures of 32 pixels, in a quarter of an hour on two cores.
void quickstart(TrainConfig& c) {
  c.data.mirror = true;
  c.model.family = "lite";
  c.model.resolution = 32;
  c.model.lite = LiteConfig();
  c.loss.r1_gamma = 0.3;
  c.loss.r1_interval = 16;
  c.loss.r1_on = "raw";
  c.loss.style_mixing = 0.0;
  c.loss.share_fakes = true;
  c.trainer.kimg = 400;
  c.trainer.batch = 16;
  c.trainer.augment = "translation,cutout";
  c.trainer.ema_kimg = 3.0;
  c.trainer.ema_rampup = 0.05;
  c.trainer.g_opt = c.trainer.d_opt = {0.0025, 0.0, 0.99, 1e-8, false};
  c.trainer.lr_decay_start = 0.75;
  c.trainer.lr_final = 0.05;
}

// DiffAugment's low-shot recipe for StyleGAN2 as published (Zhao et al., 2020): R1 in every step, no path length.
void low_shot_256(TrainConfig& c) {
  c.data.mirror = true;
  c.model.family = "stylegan2";
  c.model.resolution = 256;
  c.model.precision = "float32";
  c.model.stylegan2 = StyleGan2Config();
  c.loss.r1_gamma = 10.0;
  c.loss.r1_interval = 1;
  c.loss.r1_on = "augmented";
  c.loss.pl_weight = 0.0;
  c.loss.style_mixing = 0.9;
  c.trainer.kimg = 300;
  c.trainer.batch = 16;
  c.trainer.augment = "color,translation,cutout";
  c.trainer.ema_kimg = 10.0;
  c.trainer.ema_rampup = 0.0;
  c.trainer.ema_start = 10.0;
  c.trainer.g_opt = c.trainer.d_opt = {0.002, 0.0, 0.99, 1e-8, false};
}

// What the StyleGAN2 recipes of DiffAugment beyond low-shot have in common: R1 in every step, of what D sees and with
// respect to it; no path length; no lazy correction.
void diffaugment(TrainConfig& c) {
  low_shot_256(c);
  c.loss.r1_on = "shown";
  c.trainer.kimg = 25000;
  c.trainer.batch = 32;
}

// run_cifar of DiffAugment's StyleGAN2 (mit-han-lab/data-efficient-gans, DiffAugment-stylegan2; Zhao et al., 2020) for
// 10 or 20 % of the pictures; with all of them its policy is color,cutout. Unconditional. Published with a batch split
// over GPUs, whose groups of the minibatch deviation are ours.
void cifar(TrainConfig& c) {
  diffaugment(c);
  c.model.resolution = 32;
  c.model.stylegan2.channel_base = 4096;
  c.loss.r1_gamma = 0.1;
  c.trainer.ema_kimg = c.trainer.ema_start = 1000.0;
}

// run_ffhq of the same, for 1,000 to 30,000 pictures of 256 px.
void ffhq256_few(TrainConfig& c) {
  diffaugment(c);
  c.model.stylegan2.channel_base = 16384;
  c.loss.r1_gamma = 1.0;
}

// BigGAN with DiffAugment on CIFAR-10 (mit-han-lab/data-efficient-gans, DiffAugment-biggan-cifar; Zhao et al., 2020):
// 250,000 iterations of 4 updates of D, each with 50 pictures, and one of G. With all pictures and with a fifth.
void biggan_cifar(TrainConfig& c) {
  c.data.mirror = true;
  c.model.family = "biggan";
  c.model.resolution = 32;
  c.model.classes = 10;
  c.model.precision = "float32";
  c.model.biggan = BigGanConfig();
  c.model.biggan.g_ch = c.model.biggan.d_ch = 64;
  c.model.biggan.dim_z = 128;
  c.model.biggan.g_attn = c.model.biggan.d_attn = "0";
  c.model.biggan.g_shared = c.model.biggan.hier = false;
  c.model.biggan.init = "N02";
  c.loss.objective = "hinge";
  c.loss.joined = true;
  c.loss.fake_labels = "uniform";
  c.loss.r1_gamma = c.loss.style_mixing = 0.0;
  c.loss.r1_interval = c.loss.pl_interval = 1;
  c.trainer.kimg = 50000;
  c.trainer.batch = 50;
  c.trainer.pieces = 1;
  c.trainer.d_steps = 4;
  c.trainer.augment = "translation,cutout";
  c.trainer.ema_kimg = 1386.225;  // 0.9999 an iteration of 200 pictures
  c.trainer.ema_rampup = 0.0;
  c.trainer.ema_start = 200;
  c.trainer.ema_buffers = true;
  c.trainer.g_opt = c.trainer.d_opt = {0.0002, 0.0, 0.999, 1e-8, false};
  c.trainer.eval_fakes = 10000;
}

// Half as long with a tenth of the pictures.
void biggan_cifar_10pct(TrainConfig& c) {
  biggan_cifar(c);
  c.trainer.kimg = 25000;
}

struct Preset {
  const char* name;
  void (*apply)(TrainConfig&);
};

constexpr Preset kPresets[] = {
    {"quickstart", quickstart},          {"low-shot-256", low_shot_256}, {"cifar", cifar},
    {"ffhq256-few", ffhq256_few},        {"biggan-cifar", biggan_cifar}, {"biggan-cifar-10pct", biggan_cifar_10pct},
    {"biggan-cifar-20pct", biggan_cifar}};

}  // namespace

std::vector<std::string> preset_names() {
  std::vector<std::string> names = {"auto"};
  for (const Preset& preset : kPresets) names.push_back(preset.name);
  return names;
}

std::vector<std::string> apply_preset(const std::string& name, TrainConfig& config) {
  if (name == "auto") return apply_auto(auto_facts(config), config);
  for (const Preset& preset : kPresets) {
    if (name != preset.name) continue;
    preset.apply(config);
    config.preset = name;
    return {};
  }
  fail_usage("config", "preset", escaped(name) + " is not a preset",
             did_you_mean(name, preset_names(), "there are " + joined(preset_names())));
}

}  // namespace centigan
