#include "centigan/trainers/train_config.h"

#include <algorithm>

#include "centigan/core/error.h"
#include "centigan/core/text.h"
#include "centigan/diffaug/augmentation.h"
#include "centigan/metrics/measurement.h"
#include "centigan/trainers/objectives.h"
#include "regularizers/consistency.h"

namespace centigan {
namespace {

void require(bool good, const std::string& key, const std::string& value, const std::string& limit,
             const std::string& hint) {
  if (!good) fail_usage("config", key, value + " is out of range: " + limit, hint);
}

std::string number(double value) {
  return Curve(value).text();
}

void at_least(double least, double value, const char* key, const char* hint = "see centigan train --help") {
  require(value >= least, key, number(value), "at least " + number(least), hint);
}

void share(double value, const char* key) {
  require(value >= 0.0 && value <= 1.0, key, number(value), "from 0 to 1", "it is a share");
}

void one_of(const std::string& value, const std::vector<std::string>& words, const char* key) {
  const bool known = std::find(words.begin(), words.end(), value) != words.end();
  require(known, key, escaped(value), "one of " + joined(words), did_you_mean(value, words, "choose one of these"));
}

void check_adam(const AdamConfig& adam, const std::string& name) {
  const std::string beta1 = name + ".beta1", beta2 = name + ".beta2", eps = name + ".eps";
  require(adam.beta1 >= 0.0 && adam.beta1 < 1.0, beta1, number(adam.beta1), "from 0 to below 1", "0 is usual");
  require(adam.beta2 >= 0.0 && adam.beta2 < 1.0, beta2, number(adam.beta2), "from 0 to below 1", "0.99 is usual");
  for (const double kimg : {0.0, 1e9})
    require(adam.lr.at(kimg) >= 0.0, name + ".lr", adam.lr.text(), "at least 0", "0.002 is usual");
  require(adam.eps > 0.0, eps, number(adam.eps), "above 0", "1e-8 is usual");
}

void check_methods(const MethodConfig& c) {
  const std::pair<const char*, double> weights[] = {
      {"loss.lecam", c.lecam},     {"loss.cr", c.cr},       {"loss.bcr", c.bcr},
      {"loss.zcr_d", c.zcr_d},     {"loss.zcr_g", c.zcr_g}, {"loss.lecam_warmup", 1.0 * c.lecam_warmup},
      {"loss.augself", c.augself}, {"loss.chain", c.chain}, {"loss.advaug", c.advaug},
  };
  for (const auto& [key, weight] : weights) at_least(0, weight, key);
  share(c.lecam_decay, "loss.lecam_decay");
  share(c.apa, "loss.apa");
  at_least(-1, c.apa_target, "loss.apa_target");
  at_least(-1, c.chain_target, "loss.chain_target");
  at_least(-1, c.r2_gamma, "loss.r2_gamma");
  require(c.zcr_sigma > 0.0, "loss.zcr_sigma", number(c.zcr_sigma), "above 0", "0.05 is usual");
  require(c.advaug_eta > 0.0, "loss.advaug_eta", number(c.advaug_eta), "above 0", "0.01 is usual");
  require(c.zcr_cap > 0.0, "loss.zcr_cap", number(c.zcr_cap), "above 0", "0.01 is usual");
  require(c.apa_kimg > 0.0, "loss.apa_kimg", number(c.apa_kimg), "above 0", "100 is usual for short runs");
  make_augmentation(read_second_view(c.cr_augment).policy);
}

// What a method needs from the rest of the configuration. Only differences of relativistic scores mean something.
void check_combinations(const TrainConfig& c) {
  require(c.loss.augself == 0.0 || make_augmentation(c.trainer.augment)->value_draws() > 0, "loss.augself",
          number(c.loss.augself), "trainer.augment draws nothing to tell", "give --augment, or leave it off");
  require(c.loss.advaug == 0.0 || c.model.family != "stylegan2" || c.loss.freeze_d < freezable_layers(c.model),
          "loss.advaug", number(c.loss.advaug), "no block of D is trained", "use a smaller --loss.freeze_d");
  if (c.loss.objective != "relativistic") return;
  const std::string hint = "relativistic scores have no zero whose sides could steer; leave it off";
  require(c.loss.apa == 0.0, "loss.apa", number(c.loss.apa), "0 with relativistic", hint);
  require(c.loss.chain == 0.0, "loss.chain", number(c.loss.chain), "0 with relativistic", hint);
  require(c.trainer.adapt.mode == "off", "trainer.adapt.mode", c.trainer.adapt.mode, "off with relativistic", hint);
}

// A joined look would mix fakes and reals in the minibatch deviation; a kept graph belongs to one batch.
void check_steps(const TrainConfig& c) {
  const TrainerConfig& t = c.trainer;
  at_least(1, t.d_steps, "trainer.d_steps", "1 is usual, 4 for biggan at 32 px");
  at_least(1, t.d_accumulations, "trainer.d_accumulations");
  at_least(1, t.g_accumulations, "trainer.g_accumulations");
  const int64_t batches = t.d_steps * t.d_accumulations;
  require(t.g_accumulations <= batches, "trainer.g_accumulations", std::to_string(t.g_accumulations),
          "at most the " + std::to_string(batches) + " batches that D sees a step",
          "raise trainer.d_accumulations too");
  require(batches == 1 || objective_takes_reals(c.loss.objective), "trainer.d_steps", std::to_string(batches),
          "there is no D to train with " + c.loss.objective, "leave out d_steps and d_accumulations");
  require(!c.loss.share_fakes || (batches == 1 && !c.loss.joined), "loss.share_fakes", "true",
          "a step has several batches, or D looks at all pictures in one call", "use --loss.share_fakes false");
  require(!c.loss.joined || batch_group(c.model) == 0, "loss.joined", "true",
          "the minibatch deviation of " + c.model.family + " would mix fakes and reals",
          "only biggan can; leave it out");
}

void check_distill(const DistillTerms& c) {
  at_least(0, c.perceptual, "loss.distill.perceptual");
  at_least(0, c.distribution, "loss.distill.distribution");
  at_least(0, c.adversarial, "loss.distill.adversarial");
  at_least(0, c.w, "loss.distill.w");
  one_of(c.distance, {"mmd", "moments"}, "loss.distill.distance");
}

void check_loss(const LossConfig& c) {
  one_of(c.objective, objective_names(), "loss.objective");
  one_of(c.r1_on, {"augmented", "shown", "raw"}, "loss.r1_on");
  at_least(0, c.r1_gamma, "loss.r1_gamma");
  at_least(1, c.r1_interval, "loss.r1_interval");
  at_least(0, c.pl_weight, "loss.pl_weight");
  at_least(1, c.pl_interval, "loss.pl_interval");
  at_least(1, c.pl_batch_shrink, "loss.pl_batch_shrink");
  at_least(0, c.pyramid_levels, "loss.pyramid_levels");
  at_least(0, c.gradient_weight, "loss.gradient_weight");
  check_distill(c.distill);
  at_least(0, c.g_ortho, "loss.g_ortho");
  at_least(0, c.d_ortho, "loss.d_ortho");
  one_of(c.fake_labels, {"data", "uniform"}, "loss.fake_labels");
  share(c.pl_decay, "loss.pl_decay");
  share(c.style_mixing, "loss.style_mixing");
  share(c.w_avg_beta, "loss.w_avg_beta");
  check_methods(c);
}

void check_frozen(const TrainConfig& c) {
  const int64_t most = freezable_layers(c.model), layers = c.loss.freeze_d;
  require(layers >= 0 && layers <= most, "loss.freeze_d", std::to_string(layers),
          "from 0 to the " + std::to_string(most) + " layers above 4 px",
          most > 0 ? "10 is usual at 256 px" : "only stylegan2 can freeze layers");
}

void check_adapt(const TrainerConfig& c) {
  const AdaptConfig& adapt = c.adapt;
  one_of(adapt.mode, {"off", "policy", "step"}, "trainer.adapt.mode");
  share(adapt.ceiling, "trainer.adapt.ceiling");
  require(adapt.start >= 0.0 && adapt.start <= adapt.ceiling, "trainer.adapt.start", number(adapt.start),
          "from 0 to trainer.adapt.ceiling " + number(adapt.ceiling), "p starts where it may stay");
  require(adapt.target >= -1.0 && adapt.target <= 1.0, "trainer.adapt.target", number(adapt.target), "from -1 to 1",
          "it is a mean of signs; 0.6 is usual");
  require(adapt.kimg > 0.0, "trainer.adapt.kimg", number(adapt.kimg), "above 0", "100 is usual for short runs");
  at_least(1, adapt.interval, "trainer.adapt.interval");
  const auto augmentation = make_augmentation(c.augment);
  if (adapt.mode == "off") return;
  require(!augmentation->steps().empty(), "trainer.adapt.mode", adapt.mode, "trainer.augment has no step to steer",
          "give --augment, or --trainer.adapt.mode off");
  for (const AugmentStep& step : augmentation->steps())
    require(!step.p, "trainer.adapt.mode", adapt.mode, "trainer.augment gives " + step.name + " a fixed p= of its own",
            "remove the p= from --augment, or use --trainer.adapt.mode off");
}

void check_trainer(const TrainerConfig& c) {
  require(c.kimg > 0.0, "trainer.kimg", number(c.kimg), "above 0", "100 pictures need about 200 at 32 px");
  at_least(1, c.batch, "trainer.batch");
  at_least(0, c.threads, "trainer.threads");
  at_least(1, c.pieces, "trainer.pieces");
  at_least(2, c.keep, "trainer.keep", "one may be damaged, so two stay");
  at_least(0, c.seed, "trainer.seed");
  at_least(0, c.save_every, "trainer.save_every");
  at_least(0, c.tick, "trainer.tick");
  at_least(0, c.grid_every, "trainer.grid_every");
  at_least(0, c.ema_kimg, "trainer.ema_kimg");
  at_least(0, c.ema_rampup, "trainer.ema_rampup");
  at_least(0, c.ema_start, "trainer.ema_start");
  share(c.lr_decay_start, "trainer.lr_decay_start");
  share(c.lr_final, "trainer.lr_final");
  one_of(c.on_save_error, {"continue", "stop"}, "trainer.on_save_error");
  one_of(c.on_non_finite, {"rollback", "skip", "stop"}, "trainer.on_non_finite");
  check_adam(c.g_opt, "trainer.g_opt");
  check_adam(c.d_opt, "trainer.d_opt");
  check_adapt(c);
}

// Pictures that a network looks at together stay together, or splitting the batch would change the model.
void check_pieces(const TrainConfig& c) {
  const TrainerConfig& t = c.trainer;
  const std::string count = std::to_string(t.pieces);
  require(t.batch % t.pieces == 0, "trainer.pieces", count, "a divisor of trainer.batch " + std::to_string(t.batch),
          "use --trainer.pieces 1, or another --batch");
  const int64_t group = pictures_together(c);
  require((t.batch / t.pieces) % group == 0, "trainer.pieces", count,
          "pieces of " + std::to_string(t.batch / t.pieces) + " pictures cut groups of " + std::to_string(group),
          "use fewer pieces (biggan: 1), a larger batch, or a smaller mbstd_group_size");
}

// Patience must mean the same on every machine, so it goes by evaluations at fixed places.
void check_evaluation(const TrainConfig& c) {
  const TrainerConfig& t = c.trainer;
  std::vector<std::string> words;
  for (const MetricKind& kind : metric_kinds()) words.push_back(kind.word);
  one_of(t.metric, words, "trainer.metric");
  at_least(0, t.keep_every, "trainer.keep_every");
  at_least(0, t.patience, "trainer.patience");
  at_least(-1, t.eval_every, "trainer.eval_every", "0 is automatic, -1 is never");
  at_least(2, t.eval_fakes, "trainer.eval_fakes", "500 is usual for 100 pictures");
  require(t.patience == 0.0 || t.eval_every > 0.0, "trainer.patience", number(t.patience),
          "0 without evaluations at fixed places", "give --eval-every KIMG as well");
  require(t.eval_every <= 0.0 || objective_takes_reals(c.loss.objective), "trainer.eval_every", number(t.eval_every),
          c.loss.objective + " has no real pictures to measure against", "leave it out");
}

void fill_cadence(TrainerConfig& c) {
  if (c.tick == 0.0) c.tick = c.kimg / 50;
  if (c.save_every == 0.0) c.save_every = c.kimg / 10;
  if (c.grid_every == 0.0) c.grid_every = c.tick;
}

}  // namespace

int64_t pictures_together(const TrainConfig& config) {
  if (!objective_takes_reals(config.loss.objective)) return 1;
  const int64_t group = batch_group(config.model);
  return group > 0 ? group : config.trainer.batch;
}

void check_train_config(TrainConfig& config) {
  check_model_config(config.model);
  check_loss(config.loss);
  check_frozen(config);
  check_combinations(config);
  check_trainer(config.trainer);
  check_steps(config);
  check_evaluation(config);
  check_pieces(config);
  const bool takes_reals = objective_takes_reals(config.loss.objective);
  require(!(takes_reals ? config.data.path : config.loss.teacher).empty(), takes_reals ? "data.path" : "loss.teacher",
          "nothing", takes_reals ? "a folder of pictures" : "a run or a checkpoint",
          takes_reals ? "give --data FOLDER" : "give --loss.teacher RUN");
  require(takes_reals || config.trainer.adapt.mode == "off", "trainer.adapt.mode", config.trainer.adapt.mode,
          config.loss.objective + " shows D no real pictures", "use --trainer.adapt.mode off");
  require(!config.data.balance || config.model.classes > 0, "data.balance", "true", "false without model.classes",
          "there is nothing to balance");
  fill_cadence(config.trainer);
}

}  // namespace centigan
