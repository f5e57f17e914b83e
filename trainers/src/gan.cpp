#include "gan.h"

#include <ATen/ATen.h>

#include "centigan/trainers/regularizers.h"
#include "gan_phases.h"
#include "generator_pass.h"
#include "judge.h"
#include "loss_terms.h"
#include "path_length.h"
#include "regularizers/advaug.h"
#include "regularizers/apa.h"
#include "regularizers/augself.h"
#include "regularizers/lecam.h"

namespace centigan {
namespace {

class Gan final : public Objective {
 public:
  Gan(const ObjectiveContext& context, const GanLoss& loss)
      : config_(context.config.loss),
        whole_(context.config),
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

  // G's passes stand first where D goes on with their graph.
  std::vector<Phase> phases() const override { return gan_phases(whole_, loss_.d_first && !config_.share_fakes); }

  bool keeps_graph() const override { return config_.share_fakes; }

  void begin_step(const StepInfo& info) override {
    info_ = info;
    pieces_.assign(info.parts(), {});
    path_length_.begin_step(info);
    lecam_.begin_step(info);
    augself_.begin_step(info);
  }

  torch::Tensor accumulate(const Phase& phase, const Batch& batch, Stats& stats) override {
    const std::string kind = kind_of(phase);
    if (kind == "Gmain") return generator_loss(batch, stats);
    if (kind == "Dmain") return discriminator_loss(batch, stats);
    if (kind == "Greg") return path_length_.loss(batch, stats);
    if (kind == "Dself") return augself_.head_loss(batch.piece);
    return gradient_penalties(batch, stats);
  }

  void end_phase(const Phase& phase) override {
    if (kind_of(phase) == "Dmain") lecam_.end_update();
  }

  void end_step(const StepInfo& info) override {
    std::vector<torch::Tensor> ws;
    for (const Piece& piece : pieces_)
      if (piece.ws.defined()) ws.push_back(piece.ws);
    if (!ws.empty()) generator_->track_w(at::cat(ws), config_.w_avg_beta);
    pieces_.clear();
    path_length_.end_step();
    lecam_.end_update();
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
    torch::Tensor fake_labels;
  };

  // What D says in its update. Looks of methods that are off are empty.
  struct Looks {
    Look fake, real, cr, bcr, near;
  };

  const torch::Tensor& reals(const Batch& batch) {
    torch::Tensor& reals = pieces_[batch.piece].reals;
    if (!reals.defined()) reals = apa_.reals(batch, info_);
    return reals;
  }

  torch::Tensor generator_loss(const Batch& batch, Stats& stats) {
    const Fakes fakes = for_g_.draw(batch, info_);
    const Look fake = judge_.look(
        judge_.view(fakes.images, fakes.labels, for_g_.augment_stream(), batch, /*for_methods=*/true), batch);
    Piece& piece = pieces_[batch.piece];
    piece.ws = fakes.ws.detach();
    if (config_.share_fakes) piece.fake = fake;
    const torch::Tensor rivals = loss_.paired ? rival_logits(batch) : torch::Tensor();
    torch::Tensor loss = loss_.generator(fake.logits, rivals);
    stats.add("Loss/G/loss", loss);
    loss = plus(loss, attacked_generator(loss, fakes, rivals, batch, stats));
    loss = plus(loss, latent_term(fakes.images, batch, stats));
    loss = plus(loss, augself_.generator_term(fake, stats));
    loss = plus(loss, orthogonal_term("ortho/G", config_.g_ortho, *generator_, stats));
    if (config_.pl_interval == 1) loss = plus(loss, path_length_.loss(batch, stats));
    return loss;
  }

  // Scores that G's pictures are measured against. They do not depend on G.
  torch::Tensor rival_logits(const Batch& batch) {
    const at::NoGradGuard no_grad;
    return judge_.look(judge_.view(reals(batch), batch.labels, "augment/real/G", batch), batch).logits;
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
      if (config_.zcr_d > 0.0 && config_.share_fakes) near_fakes = for_g_.constants(batch, info_, near()).images;
      return {};
    }
    const torch::Tensor other = for_g_.draw(batch, info_, near()).images;
    if (config_.share_fakes) near_fakes = other.detach();
    return weighted(-config_.zcr_g, latent_spread(images, other, config_.zcr_cap), "zcr_g", stats);
  }

  // Fakes and reals first, then what methods add; with loss.joined one call of D for all.
  Looks look_at_all(const Batch& batch) {
    Looks looks;
    std::vector<View> views;
    std::vector<Look*> places;
    const auto add_view = [&](const View& view, Look& place) { views.push_back(view), places.push_back(&place); };
    const bool shared = config_.share_fakes;
    if (shared) looks.fake = std::move(pieces_[batch.piece].fake);
    const View fake = shared ? View(looks.fake) : fakes_for_d(batch);
    if (!shared) add_view(fake, looks.fake);
    const View real = view_of_reals(batch);
    add_view(real, looks.real);
    if (config_.cr > 0.0) add_view(judge_.second_view(real, "real", batch), looks.cr);
    if (config_.bcr > 0.0) add_view(judge_.second_view(fake, "fake", batch), looks.bcr);
    if (config_.zcr_d > 0.0) add_view(near_view(fake, batch), looks.near);
    std::vector<Look> seen = judge_.look(std::move(views), batch);
    for (size_t i = 0; i < seen.size(); ++i) *places[i] = std::move(seen[i]);
    return looks;
  }

  View fakes_for_d(const Batch& batch) {
    const Fakes fakes = for_d_.constants(batch, info_);
    return judge_.view(fakes.images, fakes.labels, for_d_.augment_stream(), batch, /*for_methods=*/true);
  }

  // In every step R1 takes the pass of the main loss, as published, where that sees the same.
  bool joins_r1() const { return config_.r1_interval == 1 && config_.r1_gamma > 0.0 && judge_.same_penalty_look(); }

  View view_of_reals(const Batch& batch) {
    return joins_r1() ? judge_.penalty_view(reals(batch), batch.labels, "augment/real", batch, /*for_methods=*/true)
                      : judge_.view(reals(batch), batch.labels, "augment/real", batch, /*for_methods=*/true);
  }

  // Under the augmentation of `fake`.
  View near_view(const View& fake, const Batch& batch) {
    const bool shared = config_.share_fakes;
    const torch::Tensor images = shared ? pieces_[batch.piece].near : for_d_.constants(batch, info_, near()).images;
    return judge_.view(images, fake.labels, (shared ? for_g_ : for_d_).augment_stream(), batch);
  }

  torch::Tensor discriminator_loss(const Batch& batch, Stats& stats) {
    const Looks looks = look_at_all(batch);
    const Look &fake = looks.fake, &real = looks.real;
    pieces_[batch.piece].fakes = fake.images.detach(), pieces_[batch.piece].fake_labels = fake.labels;
    judge_.observe(real), apa_.share().observe(real.logits);
    torch::Tensor loss = loss_.discriminator(fake.logits, real.logits);
    stats.add("Loss/D/loss", loss);
    stats.add("Loss/scores/fake", fake.logits), stats.add("Loss/scores/real", real.logits);
    stats.add("Loss/signs/real", real.logits.detach().sign());
    loss = plus(loss, attacked_discriminator(loss, fake, real, stats));
    loss = plus(loss, lecam_.term(batch.piece, real.logits, fake.logits, stats));
    loss = plus(loss, consistency_term("cr", config_.cr, looks.cr, real, stats));
    loss = plus(loss, consistency_term("bcr", config_.bcr, looks.bcr, fake, stats));
    loss = plus(loss, consistency_term("zcr_d", config_.zcr_d, looks.near, fake, stats));
    loss = plus(loss, judge_.chain().term(real.chain_penalty, fake.chain_penalty, stats));
    loss = plus(loss, augself_.discriminator_term(batch.piece, real, fake, stats));
    loss = plus(loss, orthogonal_term("ortho/D", config_.d_ortho, *discriminator_, stats));
    if (config_.r1_interval == 1)
      loss =
          plus(loss, joins_r1() ? plus(r1_of(real, stats), r2_loss(batch, stats)) : gradient_penalties(batch, stats));
    return loss;
  }

  // AdvAug: D2 of maps, and the synthesis of styles, that a step against the loss has moved.
  torch::Tensor attacked_discriminator(const torch::Tensor& loss, const Look& fake, const Look& real,
                                       Stats& stats) const {
    if (config_.advaug <= 0.0) return {};
    const auto moved = judge_.attacked_logits(loss, {&fake, &real}, config_.advaug_eta);
    return weighted(config_.advaug, loss_.discriminator(moved[0], moved[1]), "advaug/D", stats);
  }

  torch::Tensor attacked_generator(const torch::Tensor& loss, const Fakes& fakes, const torch::Tensor& rivals,
                                   const Batch& batch, Stats& stats) const {
    if (config_.advaug <= 0.0) return {};
    const auto moved = adversarial_features(loss, {fakes.mixed}, config_.advaug_eta);
    const torch::Tensor images = generator_->synthesis(moved[0], fakes.synthesis);
    const Look fake = judge_.look(judge_.view(images, fakes.labels, for_g_.augment_stream(), batch), batch);
    return weighted(config_.advaug, loss_.generator(fake.logits, rivals), "advaug/G", stats);
  }

  double r2_gamma() const { return config_.r2_gamma >= 0.0 ? config_.r2_gamma : loss_.paired ? config_.r1_gamma : 0.0; }

  torch::Tensor gradient_penalties(const Batch& batch, Stats& stats) {
    const torch::Tensor r1 = r1_loss(batch, stats), r2 = r2_loss(batch, stats);
    return r1.defined() ? plus(r1, r2) : r2;
  }

  // The scores steer the augmentation as those of Dmain do, if it is what D sees here.
  torch::Tensor r1_loss(const Batch& batch, Stats& stats) {
    if (config_.r1_gamma <= 0.0) return {};
    const Look real = judge_.penalty_look(reals(batch), batch.labels, "augment/r1", batch);
    if (config_.r1_on != "raw") judge_.observe(real), apa_.share().observe(real.logits);
    return r1_of(real, stats);
  }

  torch::Tensor r1_of(const Look& real, Stats& stats) const {
    const torch::Tensor penalty = r1_penalty(real.logits, real.images);
    stats.add("Loss/r1_penalty", penalty);
    return penalty.mean() * (config_.r1_gamma / 2);
  }

  torch::Tensor r2_loss(const Batch& batch, Stats& stats) {
    if (r2_gamma() <= 0.0) return {};
    Piece& piece = pieces_[batch.piece];
    if (!piece.fakes.defined()) {
      const Fakes fakes = for_d_.constants(batch, info_);
      piece.fakes = fakes.images, piece.fake_labels = fakes.labels;
    }
    const Look fake = judge_.penalty_look(piece.fakes, piece.fake_labels, "augment/r2", batch);
    const torch::Tensor penalty = r1_penalty(fake.logits, fake.images);
    stats.add("Loss/r2_penalty", penalty);
    return penalty.mean() * (r2_gamma() / 2);
  }

  LossConfig config_;
  TrainConfig whole_;
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
