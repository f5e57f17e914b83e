#include "centigan/trainers/auto_preset.h"

#include <algorithm>
#include <cmath>

#include "centigan/core/device.h"
#include "centigan/core/text.h"

namespace centigan {
namespace {

// Sides that end in hours on two cores, and within a day or two on one GPU.
constexpr int64_t kLargestOnCpu = 64, kLargestOnGpu = 256;
constexpr int64_t kFewPictures = 1000;  // below it the low-shot recipe

long long wide(int64_t value) {
  return value;
}

// What the choices are made from, and the list of them.
struct Choices {
  const AutoFacts& facts;
  TrainConfig& config;
  std::vector<std::string> lines;
};

int64_t largest_side(const Choices& c) {
  return c.facts.accelerator && c.config.model.family != "lite" ? kLargestOnGpu : kLargestOnCpu;
}

void choose_family(Choices& c) {
  ModelConfig& model = c.config.model;
  model.family = !c.facts.family.empty() ? c.facts.family : c.facts.accelerator ? "stylegan2" : "lite";
  if (c.facts.family.empty())
    c.lines.push_back(c.facts.accelerator
                          ? "model stylegan2: there is a GPU"
                          : "model lite: without a GPU it is done in hours, StyleGAN2 in days or weeks");
}

// A first map times a power of two that has the shape of the pictures and fits into them.
struct Shape {
  int64_t width = 4, height = 4, scale = 1;
  double error = 1e9;
};

Shape best_shape(const PictureSurvey& pictures, int64_t side) {
  Shape best;
  for (int64_t width = 4; width <= 8; ++width)
    for (int64_t height = 4; height <= 8; ++height) {
      // Small first maps are worth a little distortion.
      const double error = std::abs(std::log(pictures.aspect * height / width)) + 0.004 * (width + height);
      int64_t scale = 1;
      while (2 * scale * width <= pictures.width && 2 * scale * height <= pictures.height &&
             4 * scale * scale * width * height <= side * side)
        scale *= 2;
      if (error < best.error) best = {width, height, scale, error};
    }
  return best;
}

void choose_shape(Choices& c) {
  const PictureSurvey& p = c.facts.pictures;
  ModelConfig& model = c.config.model;
  const Shape shape = best_shape(p, largest_side(c));
  model.resolution = 4 * shape.scale;
  model.stylegan2.base_width = shape.width, model.stylegan2.base_height = shape.height;
  c.lines.push_back(format_text("%lldx%lld px: the pictures are not square (%.2f to 1), so the first map is %lldx%lld",
                                wide(shape.width * shape.scale), wide(shape.height * shape.scale), p.aspect,
                                wide(shape.width), wide(shape.height)));
}

void choose_resolution(Choices& c) {
  const PictureSurvey& p = c.facts.pictures;
  ModelConfig& model = c.config.model;
  model.stylegan2.base_width = model.stylegan2.base_height = 4;
  const bool square = p.aspect > 0.9 && p.aspect < 1.1;
  if (c.facts.resolution > 0) {
    model.resolution = c.facts.resolution;
    return;
  }
  if (!square && model.family == "stylegan2" && p.pictures > 0) return choose_shape(c);
  const int64_t most = largest_side(c), side = std::min(p.width, p.height);
  model.resolution = model.family == "biggan" ? 32 : 16;
  while (2 * model.resolution <= std::min(side, most)) model.resolution *= 2;
  c.lines.push_back(format_text("%lld px: the largest power of two within nine of ten pictures (%lldx%lld)%s",
                                wide(model.resolution), wide(p.width), wide(p.height),
                                side >= 2 * most ? c.facts.accelerator && most == kLargestOnGpu
                                                       ? ", as far as a day or two on one GPU goes"
                                                       : ", as far as hours on a CPU go"
                                                 : ""));
  if (!square)
    c.lines.push_back("the centre of each picture: " + model.family +
                      " draws squares; --model stylegan2 trains other shapes");
}

void choose_channels(Choices& c) {
  c.config.model.channels = c.facts.channels > 0 ? c.facts.channels : c.facts.pictures.grey ? 1 : 3;
  if (c.facts.channels == 0 && c.facts.pictures.grey) c.lines.push_back("1 channel: all pictures are grey");
}

double area_share(const ModelConfig& model, double side) {
  return static_cast<double>(picture_height(model) * picture_width(model)) / (side * side);
}

// All of a preset but what the networks draw.
void start_from(Choices& c, const char* preset) {
  ModelConfig& model = c.config.model;
  const ModelConfig chosen = model;
  apply_preset(preset, c.config);
  model.resolution = chosen.resolution, model.channels = chosen.channels;
  model.stylegan2.base_width = chosen.stylegan2.base_width, model.stylegan2.base_height = chosen.stylegan2.base_height;
}

// The quickstart's recipe at other sizes.
void choose_lite(Choices& c) {
  TrainConfig& config = c.config;
  start_from(c, "quickstart");
  static const std::vector<int64_t> widths = {64, 64, 48, 32, 16, 8, 4, 4, 4},
                                    d_widths = {96, 96, 64, 32, 16, 8, 4, 4, 4};
  size_t levels = 1;
  while ((int64_t{4} << (levels - 1)) < config.model.resolution && levels < widths.size()) ++levels;
  config.model.lite.widths = {widths.begin(), widths.begin() + static_cast<int64_t>(levels)};
  config.model.lite.d_widths = {d_widths.begin(), d_widths.begin() + static_cast<int64_t>(levels)};
  config.loss.r1_gamma = 0.3 * area_share(config.model, 32);
  config.trainer.kimg = std::clamp<double>(4.0 * static_cast<double>(c.facts.pictures.pictures), 400, 1200);
  c.lines.push_back(
      format_text("the quickstart's settings, with R1 gamma %g (0.3 at 32 px, times the area)", config.loss.r1_gamma));
  c.lines.push_back(format_text("%g kimg: 4 for each picture, from 400 to 1200", config.trainer.kimg));
}

// Zhao et al., 2020: the settings behind the published 100-shot numbers.
void choose_few(Choices& c) {
  TrainConfig& config = c.config;
  start_from(c, "low-shot-256");
  config.loss.r1_gamma = 10.0 * area_share(config.model, 256);
  config.trainer.kimg = c.facts.pictures.pictures <= 200 ? 300 : 500;
  c.lines.push_back(
      format_text("low-shot-256's settings (fewer than %lld pictures), with R1 gamma %g (10 at 256 px, times the area)",
                  wide(kFewPictures), config.loss.r1_gamma));
  c.lines.push_back(
      format_text("%g kimg: 300 as published for 100 pictures, 500 for more than 200", config.trainer.kimg));
}

// Karras et al., 2020 (ADA), the formulas of its configuration `auto` for one GPU, under DiffAugment.
void choose_many(Choices& c) {
  TrainConfig& config = c.config;
  start_from(c, "ffhq256-few");
  const double side = std::sqrt(area_share(config.model, 1.0));
  const int64_t batch = std::clamp<int64_t>(4096 / static_cast<int64_t>(side), 1, 32);
  config.model.stylegan2.mapping_layers = 2;
  config.model.stylegan2.channel_base = side >= 512 ? 32768 : 16384;
  config.model.stylegan2.mbstd_group_size = std::min<int64_t>(batch, 4);
  config.loss.r1_gamma = 0.0002 * side * side / static_cast<double>(batch);
  config.loss.r1_interval = 16, config.loss.r1_on = "augmented", config.loss.pl_weight = 2.0;
  config.trainer.batch = batch;
  config.trainer.ema_kimg = static_cast<double>(batch) * 10 / 32, config.trainer.ema_rampup = 0.05;
  const double lr = side >= 1024 ? 0.002 : 0.0025;
  config.trainer.g_opt = config.trainer.d_opt = {lr, 0.0, 0.99, 1e-8, true};
  config.trainer.kimg = std::clamp<double>(5.0 * static_cast<double>(c.facts.pictures.pictures), 5000, 25000);
  c.lines.push_back(format_text(
      "batch %lld, R1 gamma %g, average over %g kimg, learning rate %g: the published formulas of ADA's auto",
      wide(batch), config.loss.r1_gamma, config.trainer.ema_kimg, lr));
  c.lines.push_back(format_text("%g kimg: 5 for each picture, from 5000 to 25000", config.trainer.kimg));
}

// StyleGAN2 for those who ask for it without a GPU.
void choose_small(Choices& c) {
  c.config.model.stylegan2.channel_base = 4096, c.config.model.stylegan2.channel_max = 64;
  c.config.model.stylegan2.mapping_layers = 2;
  c.config.model.precision = "auto";
  c.lines.push_back("at most 64 channels and 2 layers of mapping: there is no GPU");
}

// The published CIFAR recipe at 32 px, whose networks are a quarter as wide where there is no GPU. Above it the layouts
// with attention, orthogonal weights, two updates of D a step and its larger learning rate. Latents are shared out to
// the blocks, which works with classes and without.
void choose_biggan(Choices& c) {
  TrainConfig& config = c.config;
  start_from(c, "biggan-cifar");
  BigGanConfig& g = config.model.biggan;
  const bool small = config.model.resolution == 32;
  config.model.classes = 0, config.model.precision = "auto";
  g.g_ch = g.d_ch = c.facts.accelerator ? 64 : 16;
  g.hier = g.g_shared = true;
  g.dim_z = small ? 80 : 120;
  if (!small) {
    g.g_attn = g.d_attn = "32";
    g.init = "ortho", g.sn_eps = 1e-6;
    config.trainer.d_steps = 2, config.trainer.batch = 32;
    config.trainer.g_opt.lr = 0.0001, config.trainer.d_opt.lr = 0.0004;
  }
  config.loss.cr = 10.0;
  config.trainer.ema_kimg = 20.0, config.trainer.ema_rampup = 0.05, config.trainer.ema_start = 0.0;
  config.trainer.eval_fakes = 500;
  config.trainer.kimg = std::clamp<double>(10.0 * static_cast<double>(c.facts.pictures.pictures), 1000, 25000);
  c.lines.push_back(format_text(
      "%s with CR 10 and %lld times the channel unit, average over %g kimg with a ramp-up",
      small ? "biggan-cifar's settings" : "biggan's layout with attention, 2 updates of D a step, batch 32,",
      wide(g.g_ch), config.trainer.ema_kimg));
  c.lines.push_back(format_text("%g kimg: 10 for each picture, from 1000 to 25000", config.trainer.kimg));
}

// A GPU takes the batch whole; cores share it in whole groups of the minibatch deviation.
void choose_pieces(Choices& c) {
  TrainConfig& config = c.config;
  const int64_t batch = c.facts.batch > 0 ? c.facts.batch : config.trainer.batch;
  const int64_t group = batch_group(config.model) > 0 ? batch_group(config.model) : batch;
  config.trainer.pieces = 1;
  const int64_t most = c.facts.accelerator ? 1 : std::clamp(c.facts.cores, 2, 4);
  for (const int64_t pieces : {2, 4})
    if (pieces <= most && batch % (pieces * group) == 0) config.trainer.pieces = pieces;
}

}  // namespace

AutoFacts auto_facts(const TrainConfig& config) {
  AutoFacts facts;
  facts.pictures = survey_pictures(config.data);
  facts.accelerator = !pick_device(config.trainer.device).is_cpu();
  facts.cores = hardware_threads();
  return facts;
}

std::vector<std::string> apply_auto(const AutoFacts& facts, TrainConfig& config) {
  Choices c{facts, config, {}};
  choose_family(c);
  choose_resolution(c);
  choose_channels(c);
  const std::string family = config.model.family;
  if (family == "stylegan2")
    facts.pictures.pictures < kFewPictures || !facts.accelerator ? choose_few(c) : choose_many(c);
  else if (family == "lite")
    choose_lite(c);
  else
    choose_biggan(c);
  if (family == "stylegan2" && !facts.accelerator) choose_small(c);
  choose_pieces(c);
  config.preset = "auto";
  c.lines.push_back("mirrored pictures and " + config.trainer.augment + ": the networks see few pictures often");
  return c.lines;
}

}  // namespace centigan
