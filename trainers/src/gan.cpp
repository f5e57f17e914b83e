#include "gan.h"

#include <ATen/ATen.h>

#include "centigan/trainers/regularizers.h"
#include "generator_pass.h"
#include "judge.h"
#include "path_length.h"
#include "regularizers/advaug.h"
#include "regularizers/apa.h"
#include "regularizers/augself.h"
#include "regularizers/consistency.h"
#include "regularizers/lecam.h"

namespace centigan {
namespace {

class Gan final : public Objective {
 public:
  Gan(const ObjectiveContext& context, const GanLoss& loss)
      : config_(context.config.loss),
        loss_(loss),
        generator_(context.generator),
        discriminator_(context.discriminator),
        judge_(context),
        for_g_(context, "G", 0),
        for_d_(context, "D", 2),
        path_length_(context),
        lecam_(config_, context.device),
        apa_(context),
        augself_(context, judge_) {}

  std::vector<Trained> trained() override {
    std::vector<Trained> all = {{"G", generator_, true}, {"D", discriminator_, false}};
    if (augself_.on()) all.push_back({"augself", augself_.head(), false, /*helper=*/true});
    return all;
  }

  // A regulariser of interval 1 joins the main loss, as published before lazy regularisation.
  std::vector<Phase> phases() const override {
    std::vector<Phase> phases = {{"Gmain", "G", 1, 1.0}};
    if (config_.pl_interval > 1) phases.push_back({"Greg", "G", config_.pl_interval, 1.0 * config_.pl_interval});
    phases.push_back({"Dmain", "D", 1, 1.0});
    if (augself_.on()) phases.push_back({"Dself", "augself", 1, 1.0});
    if (config_.r1_interval > 1) phases.push_back({"Dreg", "D", config_.r1_interval, 1.0 * config_.r1_interval});
    return phases;
  }

  bool keeps_graph() const override { return config_.share_fakes; }

  void begin_step(const StepInfo& info) override {
    info_ = info;
    pieces_.assign(info.pieces, {});
    path_length_.begin_step(info);
    lecam_.begin_step(info);
    augself_.begin_step(info);
  }

  torch::Tensor accumulate(const Phase& phase, const Batch& batch, Stats& stats) override {
    if (phase.name == "Gmain") return generator_loss(batch, stats);
    if (phase.name == "Dmain") return discriminator_loss(batch, stats);
    if (phase.name == "Greg") return path_length_.loss(batch, stats);
    if (phase.name == "Dself") return augself_.head_loss(batch.piece);
    return gradient_penalties(batch, stats);
  }

  void end_step(const StepInfo& info) override {
    std::vector<torch::Tensor> ws;
    for (const Piece& piece : pieces_)
      if (piece.ws.defined()) ws.push_back(piece.ws);
    if (!ws.empty()) generator_->track_w(at::cat(ws), config_.w_avg_beta);
    pieces_.clear();
    path_length_.end_step();
    lecam_.end_step();
    augself_.end_step();
    apa_.share().end_step(info);
    judge_.chain().share().end_step(info);
    judge_.augmenter().end_step(info);
  }

  void report(std::map<std::string, double>& values) const override {
    judge_.augmenter().report(values);
    lecam_.report(values);
    apa_.share().report(values);
    judge_.chain().share().report(values);
  }

  void save(Snapshot& snapshot) const override {
    path_length_.save(snapshot);
    judge_.augmenter().save(snapshot);
    lecam_.save(snapshot);
    apa_.share().save(snapshot);
    judge_.chain().share().save(snapshot);
  }

  void load(const Snapshot& snapshot, const std::string& source) override {
    path_length_.load(snapshot);
    judge_.augmenter().load(snapshot, source);
    lecam_.load(snapshot);
    apa_.share().load(snapshot, source);
    judge_.chain().share().load(snapshot, source);
  }

 private:
  // What a piece of the batch keeps within a step.
  struct Piece {
    torch::Tensor ws;            // of the G pass, for w_avg
    Look fake;                   // with share_fakes: the graph from G's pass, used again by D
    torch::Tensor near;          // fakes of near latents that belong to `fake`
    torch::Tensor reals, fakes;  // what D took for real and for fake
  };

  const torch::Tensor& reals(const Batch& batch) {
    torch::Tensor& reals = pieces_[batch.piece].reals;
    if (!reals.defined()) reals = apa_.reals(batch, info_);
    return reals;
  }

  torch::Tensor generator_loss(const Batch& batch, Stats& stats) {
    const Fakes fakes = for_g_.draw(batch, info_);
    const Look fake = judge_.look(fakes.images, for_g_.augment_stream(), batch, /*for_methods=*/true);
    Piece& piece = pieces_[batch.piece];
    piece.ws = fakes.ws.detach();
    if (config_.share_fakes) piece.fake = fake;
    const torch::Tensor rivals = loss_.paired ? rival_logits(batch) : torch::Tensor();
    torch::Tensor loss = loss_.generator(fake.logits, rivals);
    stats.add("Loss/G/loss", loss);
    loss = add(loss, attacked_generator(loss, fakes, rivals, batch, stats));
    loss = add(loss, latent_term(fakes.images, batch, stats));
    loss = add(loss, augself_.generator_term(fake, stats));
    if (config_.pl_interval == 1) loss = add(loss, path_length_.loss(batch, stats));
    return loss;
  }

  static torch::Tensor add(const torch::Tensor& loss, const torch::Tensor& term) {
    return term.defined() ? loss + term : loss;
  }

  // Scores that G's pictures are measured against. They do not depend on G.
  torch::Tensor rival_logits(const Batch& batch) {
    const at::NoGradGuard no_grad;
    return judge_.look(reals(batch), "augment/real/G", batch).logits;
  }

  PassOptions near() const {
    PassOptions options;
    options.near_sigma = config_.zcr_sigma;
    return options;
  }

  // zCR: G gains by drawing near latents apart.
  torch::Tensor latent_term(const torch::Tensor& images, const Batch& batch, Stats& stats) {
    torch::Tensor& near_fakes = pieces_[batch.piece].near;
    if (config_.zcr_g <= 0.0) {
      if (config_.zcr_d > 0.0 && config_.share_fakes) near_fakes = for_g_.images(batch, info_, near());
      return {};
    }
    const torch::Tensor other = for_g_.draw(batch, info_, near()).images;
    if (config_.share_fakes) near_fakes = other.detach();
    const torch::Tensor spread = latent_spread(images, other, config_.zcr_cap);
    stats.add("Loss/zcr_g", spread);
    return -config_.zcr_g * spread;
  }

  Look fakes_for_d(const Batch& batch) {
    if (config_.share_fakes) return std::move(pieces_[batch.piece].fake);
    return judge_.look(for_d_.images(batch, info_), for_d_.augment_stream(), batch, /*for_methods=*/true);
  }

  torch::Tensor discriminator_loss(const Batch& batch, Stats& stats) {
    const Look fake = fakes_for_d(batch);
    const Look real = judge_.look(reals(batch), "augment/real", batch, /*for_methods=*/true);
    pieces_[batch.piece].fakes = fake.images.detach();
    judge_.observe(real), apa_.share().observe(real.logits);
    torch::Tensor loss = loss_.discriminator(fake.logits, real.logits);
    stats.add("Loss/D/loss", loss);
    stats.add("Loss/scores/fake", fake.logits), stats.add("Loss/scores/real", real.logits);
    stats.add("Loss/signs/real", real.logits.detach().sign());
    loss = add(loss, attacked_discriminator(loss, fake, real, batch, stats));
    loss = add(loss, lecam_.term(batch.piece, real.logits, fake.logits, stats));
    loss = add(loss, view_term("cr", config_.cr, real, "real", batch, stats));
    loss = add(loss, view_term("bcr", config_.bcr, fake, "fake", batch, stats));
    loss = add(loss, near_term(fake, batch, stats));
    loss = add(loss, judge_.chain().term(real.chain_penalty, fake.chain_penalty, stats));
    loss = add(loss, augself_.discriminator_term(batch.piece, real, fake, stats));
    if (config_.r1_interval == 1) loss = add(loss, gradient_penalties(batch, stats));
    return loss;
  }

  // AdvAug: D2 of maps, and the synthesis of styles, that a step against the loss has moved.
  torch::Tensor attacked_discriminator(const torch::Tensor& loss, const Look& fake, const Look& real,
                                       const Batch& batch, Stats& stats) const {
    if (config_.advaug <= 0.0) return {};
    const auto moved = adversarial_features(loss, {fake.maps.x, real.maps.x}, config_.advaug_eta);
    const torch::Tensor attacked =
        loss_.discriminator(judge_.logits_of(fake, moved[0], batch), judge_.logits_of(real, moved[1], batch));
    stats.add("Loss/advaug/D", attacked);
    return config_.advaug * attacked;
  }

  torch::Tensor attacked_generator(const torch::Tensor& loss, const Fakes& fakes, const torch::Tensor& rivals,
                                   const Batch& batch, Stats& stats) const {
    if (config_.advaug <= 0.0) return {};
    const auto moved = adversarial_features(loss, {fakes.mixed}, config_.advaug_eta);
    const torch::Tensor images = generator_->synthesis(moved[0], fakes.synthesis);
    const Look fake = judge_.look(images, for_g_.augment_stream(), batch);
    const torch::Tensor attacked = loss_.generator(fake.logits, rivals);
    stats.add("Loss/advaug/G", attacked);
    return config_.advaug * attacked;
  }

  torch::Tensor view_term(const std::string& name, double weight, const Look& first, const std::string& side,
                          const Batch& batch, Stats& stats) const {
    if (weight <= 0.0) return {};
    const torch::Tensor penalty = score_consistency(judge_.second_logits(first, side, batch), first.logits);
    stats.add("Loss/" + name, penalty);
    return weight * penalty;
  }

  // zCR: D scores fakes of near latents alike, under the same augmentation.
  torch::Tensor near_term(const Look& fake, const Batch& batch, Stats& stats) {
    if (config_.zcr_d <= 0.0) return {};
    const bool shared = config_.share_fakes;
    const torch::Tensor images = shared ? pieces_[batch.piece].near : for_d_.images(batch, info_, near());
    const Look other = judge_.look(images, (shared ? for_g_ : for_d_).augment_stream(), batch);
    const torch::Tensor penalty = score_consistency(other.logits, fake.logits);
    stats.add("Loss/zcr_d", penalty);
    return config_.zcr_d * penalty;
  }

  double r2_gamma() const { return config_.r2_gamma >= 0.0 ? config_.r2_gamma : loss_.paired ? config_.r1_gamma : 0.0; }

  torch::Tensor gradient_penalties(const Batch& batch, Stats& stats) {
    const torch::Tensor r1 = r1_loss(batch, stats), r2 = r2_loss(batch, stats);
    return r1.defined() ? add(r1, r2) : r2;
  }

  // The scores steer the augmentation as those of Dmain do, if it is what D sees here.
  torch::Tensor r1_loss(const Batch& batch, Stats& stats) {
    if (config_.r1_gamma <= 0.0) return {};
    const Look real = judge_.exact_look(reals(batch), "augment/r1", batch);
    if (config_.r1_on != "raw") judge_.observe(real), apa_.share().observe(real.logits);
    const torch::Tensor penalty = r1_penalty(real.logits, real.images);
    stats.add("Loss/r1_penalty", penalty);
    return penalty.mean() * (config_.r1_gamma / 2);
  }

  torch::Tensor r2_loss(const Batch& batch, Stats& stats) {
    if (r2_gamma() <= 0.0) return {};
    const torch::Tensor& fakes = pieces_[batch.piece].fakes;
    const Look fake = judge_.exact_look(fakes.defined() ? fakes : for_d_.images(batch, info_), "augment/r2", batch);
    const torch::Tensor penalty = r1_penalty(fake.logits, fake.images);
    stats.add("Loss/r2_penalty", penalty);
    return penalty.mean() * (r2_gamma() / 2);
  }

  LossConfig config_;
  GanLoss loss_;
  std::shared_ptr<Generator> generator_;
  std::shared_ptr<Discriminator> discriminator_;
  Judge judge_;
  GeneratorPass for_g_, for_d_;
  PathLength path_length_;
  LeCam lecam_;
  Apa apa_;
  AugSelf augself_;
  StepInfo info_;
  std::vector<Piece> pieces_;
};

}  // namespace

int64_t mixing_cutoff(double u_mix, double u_cutoff, double probability, int64_t num_ws) {
  if (u_mix >= probability) return num_ws;
  return 1 + static_cast<int64_t>(u_cutoff * (num_ws - 1));
}

std::unique_ptr<Objective> make_gan(const ObjectiveContext& context, const GanLoss& loss) {
  return std::make_unique<Gan>(context, loss);
}

}  // namespace centigan
