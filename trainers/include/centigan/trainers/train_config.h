// Configuration of a training run: what `centigan train` reads, prints, stores and compares.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "centigan/core/config.h"
#include "centigan/data/dataset.h"
#include "centigan/diffaug/controller.h"
#include "centigan/models/model.h"
#include "centigan/trainers/distill_config.h"
#include "centigan/trainers/method_config.h"

namespace centigan {

struct AdamConfig {
  Curve lr = 0.002;
  double beta1 = 0.0, beta2 = 0.99, eps = 1e-8;
  bool lazy_correction = true;  // lr and betas corrected for lazy regularisation (reference: StyleGAN2)
};

inline void visit(ConfigVisitor& v, AdamConfig& c) {
  v.field("lr", c.lr, "Learning rate, a number or a curve over kimg (0:0.0025,142:0.0025,190:0.000125).");
  v.field("beta1", c.beta1, "Adam's first decay.");
  v.field("beta2", c.beta2, "Adam's second decay.");
  v.field("eps", c.eps, "Adam's epsilon.");
  v.field("lazy_correction", c.lazy_correction, "Correct lr and betas for lazy regularisation as published.");
}

struct LossConfig : MethodConfig {
  std::string objective = "nonsaturating";  // nonsaturating, hinge, relativistic, distill
  double r1_gamma = 10.0;                   // gamma/2 times the squared gradient norm; 0: off
  int64_t r1_interval = 16;
  std::string r1_on = "augmented";  // augmented: of D(T(x)) w.r.t. x through T; shown: w.r.t. T(x); raw: of D(x)
  double pl_weight = 0.0;           // path length; 0: off
  int64_t pl_interval = 4, pl_batch_shrink = 2;
  double pl_decay = 0.01;
  double style_mixing = 0.9;  // probability a batch
  double w_avg_beta = 0.995;
  int64_t freeze_d = 0;      // FreezeD (Mo et al., 2020): layers of D, from the picture on, that stay as they are
  bool share_fakes = false;  // one generator pass a step serves D and G
  bool joined = false;       // one look of D at fakes, reals and what methods add
  std::string fake_labels = "data";     // classes of fakes: those of the batch's pictures, or uniform
  double g_ortho = 0.0, d_ortho = 0.0;  // orthogonal regularisation (Brock et al., 2019); 0: off
  std::string teacher;                  // distill: run folder or checkpoint of the teacher
  int64_t pyramid_levels = 3;           // distill: coarser L1 terms beside the one at full size
  double gradient_weight = 1.0;         // distill: L1 between the differences of neighbouring pixels
  DistillTerms distill;
};

inline void visit(ConfigVisitor& v, LossConfig& c) {
  v.field("objective", c.objective, "What is optimised: nonsaturating, hinge, relativistic or distill.");
  v.field("r1_gamma", c.r1_gamma, "Weight of R1: gamma/2 times the squared gradient norm; 0 is off.");
  v.field("r1_interval", c.r1_interval, "Steps between R1 updates (its loss is multiplied by this).");
  v.field("r1_on", c.r1_on,
          "R1 of D(T(x)) in x through T (augmented), in what D is shown (shown), or of D(x) on plain reals (raw).");
  v.field("pl_weight", c.pl_weight, "Weight of path length regularisation; 0 is off.");
  v.field("pl_interval", c.pl_interval, "Steps between path length updates.");
  v.field("pl_batch_shrink", c.pl_batch_shrink, "Path length uses the batch divided by this.");
  v.field("pl_decay", c.pl_decay, "Decay of the running mean of path lengths.");
  v.field("style_mixing", c.style_mixing, "Probability of style mixing.");
  v.field("w_avg_beta", c.w_avg_beta, "Decay of the running mean of w.");
  v.field("freeze_d", c.freeze_d, "FreezeD: layers of D that are not trained, counted from the picture on.");
  v.field("share_fakes", c.share_fakes, "One generator pass a step serves both D and G.");
  v.field("joined", c.joined, "D looks at fakes and reals in one call: batch statistics and spectral norm see both.");
  v.field("fake_labels", c.fake_labels, "Classes of generated pictures: data (those of the batch) or uniform.");
  v.field("g_ortho", c.g_ortho, "Weight of orthogonal regularisation of G's weights; 1e-4 is published, 0 is off.");
  v.field("d_ortho", c.d_ortho, "Weight of orthogonal regularisation of D's weights; 0 is off.");
  v.field("teacher", c.teacher, "Teacher of distill: a run folder or a checkpoint.");
  v.field("pyramid_levels", c.pyramid_levels, "Coarser L1 terms of distill beside the one at full size.");
  v.field("gradient_weight", c.gradient_weight, "Weight of distill's L1 between differences of neighbouring pixels.");
  v.group("distill", c.distill);
  visit(v, static_cast<MethodConfig&>(c));
}

struct TrainerConfig {
  double kimg = 300;  // length
  std::string init;   // run, checkpoint or official weights whose networks a new run starts with; empty: fresh ones
  int64_t batch = 16;
  int64_t seed = 0;
  int64_t threads = 0;                               // threads that run the pieces; 0: as many as cores, at most pieces
  int64_t pieces = 2;                                // independent parts of a batch; fixes the bits
  int64_t d_steps = 1;                               // updates of D a step, each with batches of its own
  int64_t d_accumulations = 1, g_accumulations = 1;  // batches an update, one after the other
  double save_every = 0;                             // kimg between checkpoints; 0: kimg/10
  double tick = 0;                                   // kimg between log lines; 0: kimg/50
  double grid_every = 0;                             // kimg between sample sheets; 0: as tick
  int64_t keep = 2;                                  // newest checkpoints that stay
  double keep_every = 0;  // kimg; of older checkpoints the first one after each multiple stays; 0: none
  double eval_every = 0;  // kimg between evaluations; 0: now and then, in a tenth of the time; below 0: never
  std::string metric = "fid";
  int64_t eval_fakes = 500;
  double patience = 0;  // kimg without a better number after which the run is finished; 0: no end
  std::string augment = "color,translation,cutout";
  AdaptConfig adapt;
  double ema_kimg = 10.0, ema_rampup = 0.05;  // half-life; ramp-up as a share of images seen, 0: none
  double ema_start = 0.0;                     // kimg during which the average is a plain copy
  bool ema_buffers = false;                   // averages what a network keeps beside its weights; else it is copied
  double lr_decay_start = 1.0;                // share of the run after which both learning rates fall linearly
  double lr_final = 1.0;                      // what is left of them at the end, as a factor
  AdamConfig g_opt, d_opt;
  std::string device = "auto";
  bool cudnn_benchmark = true;
  std::string on_save_error = "continue";  // continue, stop
  std::string on_non_finite = "rollback";  // rollback, skip, stop
};

inline void visit(ConfigVisitor& v, TrainerConfig& c) {
  v.field("kimg", c.kimg, "Length of the run in thousands of real pictures shown.");
  v.field("init", c.init, "Run, checkpoint or official weights that a new run starts from; empty starts fresh.");
  v.field("batch", c.batch, "Pictures that networks see at once.");
  v.field("seed", c.seed, "Seed of everything random.");
  v.field("threads", c.threads, "Threads that work; 0 uses the cores there are.");
  v.field("pieces", c.pieces, "Parts of a batch that may run side by side; changes rounding, not meaning.");
  v.field("d_steps", c.d_steps, "Updates of D a step, each with pictures of its own.");
  v.field("d_accumulations", c.d_accumulations, "Batches whose gradients make an update of D, one after the other.");
  v.field("g_accumulations", c.g_accumulations, "Batches whose gradients make an update of G, one after the other.");
  v.field("save_every", c.save_every, "Thousands of pictures between checkpoints; 0 is a tenth of the run.");
  v.field("tick", c.tick, "Thousands of pictures between log lines; 0 is a fiftieth of the run.");
  v.field("grid_every", c.grid_every, "Thousands of pictures between sample sheets; 0 is one at every tick.");
  v.field("keep", c.keep, "Newest checkpoints that are kept (at least 2).");
  v.field("keep_every", c.keep_every,
          "Older checkpoints that stay: the first one after each multiple of this many kimg; 0 keeps none.");
  v.field("eval_every", c.eval_every,
          "Thousands of pictures between evaluations; 0 is now and then, in a tenth of the time; -1 is never.");
  v.field("metric", c.metric, "What an evaluation measures: fid, kid, precision, recall, density or coverage.");
  v.field("eval_fakes", c.eval_fakes, "Pictures that are drawn for an evaluation.");
  v.field("patience", c.patience, "Thousands of pictures without a better number that end the run; 0 is no end.");
  v.field("augment", c.augment, "Augmentation policy, such as color,translation,cutout or ada:bgc; empty is none.");
  v.group("adapt", c.adapt);
  v.field("ema_kimg", c.ema_kimg, "Half-life of the generator's average in thousands of pictures.");
  v.field("ema_rampup", c.ema_rampup, "Share of the pictures seen that limits the half-life early on; 0 is none.");
  v.field("ema_start", c.ema_start, "Thousands of pictures during which the average is a plain copy.");
  v.field("ema_buffers", c.ema_buffers, "Average running statistics and the like too, instead of copying them.");
  v.field("lr_decay_start", c.lr_decay_start,
          "Share of the run after which the learning rates fall linearly; 1 is never.");
  v.field("lr_final", c.lr_final, "Factor of the learning rates at the end of the run.");
  v.group("g_opt", c.g_opt);
  v.group("d_opt", c.d_opt);
  v.field("device", c.device, "Device: auto, cpu or cuda.");
  v.field("cudnn_benchmark", c.cudnn_benchmark,
          "On a GPU cuDNN tries its algorithms and takes the fastest: quicker, with another rounding in each run.");
  v.field("on_save_error", c.on_save_error, "When a checkpoint cannot be written: continue or stop.");
  v.field("on_non_finite", c.on_non_finite,
          "When updates that are not finite were dropped too often: rollback, stop, or skip on.");
}

struct TrainConfig {
  std::string preset;
  std::string out;
  std::string plugin;  // files of further operators, separated by commas
  DataConfig data;
  ModelConfig model;
  LossConfig loss;
  TrainerConfig trainer;
};

inline void visit(ConfigVisitor& v, TrainConfig& c) {
  v.field(
      "preset", c.preset,
      "Settings to start from: auto, quickstart, low-shot-256, cifar, ffhq256-few or biggan-cifar (-10pct, -20pct).");
  v.field("out", c.out, "Run folder; the next free runs/NNNNN-data-model if not given.");
  v.field("plugin", c.plugin, "Libraries with further operators for the policy, FILE or FILE,FILE (docs/plugins.md).");
  v.group("data", c.data);
  v.group("model", c.model);
  v.group("loss", c.loss);
  v.group("trainer", c.trainer);
}

std::vector<std::string> preset_names();
// Overwrites `config` with a preset's values; unknown name: usage error with the nearest one. `auto` looks at the
// pictures of config.data and at config.trainer.device, and gives what it chose and why, a sentence each
// (auto_preset.h).
std::vector<std::string> apply_preset(const std::string& name, TrainConfig& config);
// Ranges and combinations; usage errors name the key, the value and the limit. Fills the derived defaults (tick, …).
void check_train_config(TrainConfig& config);
// Pictures of a batch that networks look at together: pieces of a batch are multiples of it.
int64_t pictures_together(const TrainConfig& config);

}  // namespace centigan
