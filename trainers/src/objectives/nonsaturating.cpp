// Non-saturating logistic loss with R1 and path length regularisation (Karras et al., 2020; Zhao et al., 2020).
#include <ATen/ATen.h>

#include <cmath>

#include "centigan/core/random.h"
#include "centigan/trainers/augmenter.h"
#include "centigan/trainers/objectives.h"
#include "centigan/trainers/regularizers.h"

namespace centigan {
namespace {

// What keeps the random streams of one kind of generator pass apart.
struct PassStreams {
  PassStreams(uint64_t seed, const std::string& pass, int64_t id)
      : latent(seed, "latent/" + pass),
        mix_latent(seed, "latent/mix/" + pass),
        mixing(seed, "mixing/" + pass),
        augment("augment/fake/" + pass),
        noise_base((seed << 40) + id) {}

  // Noise seeds of pictures first … first+count-1: distinct between passes, which are at most four.
  torch::Tensor noise_seeds(int64_t first, int64_t count) const {
    return at::arange(first, first + count, at::kLong).mul_(4).add_(noise_base);
  }

  RandomStream latent, mix_latent, mixing;
  std::string augment;
  int64_t noise_base;
};

struct Fakes {
  torch::Tensor ws, images;
};

class NonSaturating final : public Objective {
 public:
  explicit NonSaturating(const ObjectiveContext& context)
      : config_(context.config.loss),
        device_(context.device),
        generator_(context.generator),
        discriminator_(context.discriminator),
        augmenter_(context.config.trainer, context.device),
        for_g_(seed(context), "G", 0),
        for_pl_(seed(context), "pl", 1),
        for_d_(seed(context), "D", 2),
        pl_noise_(seed(context), "noise/pl") {}

  std::vector<Trained> trained() override { return {{"G", generator_, true}, {"D", discriminator_, false}}; }

  // A regulariser of interval 1 joins the main loss, as published before lazy regularisation.
  std::vector<Phase> phases() const override {
    std::vector<Phase> phases = {{"Gmain", "G", 1, 1.0}};
    if (config_.pl_interval > 1) phases.push_back({"Greg", "G", config_.pl_interval, 1.0 * config_.pl_interval});
    phases.push_back({"Dmain", "D", 1, 1.0});
    if (config_.r1_interval > 1) phases.push_back({"Dreg", "D", config_.r1_interval, 1.0 * config_.r1_interval});
    return phases;
  }

  bool keeps_graph() const override { return config_.share_fakes; }

  void begin_step(const StepInfo& info) override {
    info_ = info;
    pieces_.assign(info.pieces, {});
  }

  torch::Tensor accumulate(const Phase& phase, const Batch& batch, Stats& stats) override {
    if (phase.name == "Gmain") return generator_loss(batch, stats);
    if (phase.name == "Dmain") return discriminator_loss(batch, stats);
    if (phase.name == "Greg") return path_length_loss(batch, stats);
    return r1_loss(batch, stats);
  }

  void end_step(const StepInfo& info) override {
    std::vector<torch::Tensor> ws;
    for (const Piece& piece : pieces_)
      if (piece.ws.defined()) ws.push_back(piece.ws);
    if (!ws.empty()) generator_->track_w(at::cat(ws), config_.w_avg_beta);
    follow_path_lengths();
    pieces_.clear();
    augmenter_.end_step(info);
  }

  void report(std::map<std::string, double>& values) const override { augmenter_.report(values); }

  void save(Snapshot& snapshot) const override {
    snapshot.put("objective/pl_mean", pl_mean_);
    augmenter_.save(snapshot);
  }

  void load(const Snapshot& snapshot, const std::string& source) override {
    pl_mean_ = snapshot.number("objective/pl_mean");
    augmenter_.load(snapshot, source);
  }

 private:
  // What a piece of the batch keeps within a step.
  struct Piece {
    torch::Tensor ws;           // of the G pass, for w_avg
    torch::Tensor fake_logits;  // with share_fakes: the graph from G's pass, used again by D
    torch::Tensor path_length;  // mean of the piece
  };

  static uint64_t seed(const ObjectiveContext& context) { return context.config.trainer.seed; }

  torch::Tensor latents(const RandomStream& stream, const Batch& batch, int64_t count) const {
    return stream.normal(batch.first, count, generator_->shape().z_dim).to(device_);
  }

  torch::Tensor mixed_ws(const torch::Tensor& ws, const PassStreams& streams, const Batch& batch) const {
    const int64_t num_ws = ws.size(1), count = ws.size(0);
    if (num_ws < 2 || config_.style_mixing <= 0.0) return ws;
    const torch::Tensor u = streams.mixing.uniform(info_.step, 1, 2);
    const int64_t cutoff = mixing_cutoff(u[0][0].item<float>(), u[0][1].item<float>(), config_.style_mixing, num_ws);
    if (cutoff == num_ws) return ws;
    const torch::Tensor other = generator_->mapping(latents(streams.mix_latent, batch, count), labels(batch, count));
    return at::cat({ws.slice(1, 0, cutoff), other.slice(1, cutoff)}, 1);
  }

  torch::Tensor labels(const Batch& batch, int64_t count) const {
    return batch.labels.defined() ? batch.labels.slice(0, 0, count) : batch.labels;
  }

  // `ws` of the result are those before mixing unless path length asks for those that made the picture.
  Fakes generate(const PassStreams& streams, const Batch& batch, int64_t count, bool want_mixed) const {
    const torch::Tensor ws = generator_->mapping(latents(streams.latent, batch, count), labels(batch, count));
    const torch::Tensor mixed = mixed_ws(ws, streams, batch);
    SynthesisOptions options;
    options.noise_seeds = streams.noise_seeds(batch.first, count);
    return {want_mixed ? mixed : ws, generator_->synthesis(mixed, options)};
  }

  torch::Tensor fake_logits(const torch::Tensor& images, const PassStreams& streams, const Batch& batch) const {
    return discriminator_->forward(augmenter_.show(images, streams.augment, batch.first).images, batch.labels);
  }

  torch::Tensor generator_loss(const Batch& batch, Stats& stats) {
    const Fakes fakes = generate(for_g_, batch, batch.size, false);
    const torch::Tensor logits = fake_logits(fakes.images, for_g_, batch);
    Piece& piece = pieces_[batch.piece];
    piece.ws = fakes.ws.detach();
    if (config_.share_fakes) piece.fake_logits = logits;
    torch::Tensor loss = at::softplus(-logits).mean();
    stats.add("Loss/G/loss", loss);
    if (config_.pl_interval == 1 && config_.pl_weight > 0.0) loss = loss + path_length_loss(batch, stats);
    return loss;
  }

  torch::Tensor fake_logits_for_d(const Batch& batch) {
    if (config_.share_fakes) return std::move(pieces_[batch.piece].fake_logits);
    const auto images = [&] {
      const at::NoGradGuard no_grad;
      return generate(for_d_, batch, batch.size, false).images;
    }();
    return fake_logits(images, for_d_, batch);
  }

  torch::Tensor discriminator_loss(const Batch& batch, Stats& stats) {
    const torch::Tensor fake = fake_logits_for_d(batch);
    const Augmenter::Shown shown = augmenter_.show(batch.reals, "augment/real", batch.first);
    const torch::Tensor real = discriminator_->forward(shown.images, batch.labels);
    augmenter_.observe(real, shown);
    torch::Tensor loss = at::softplus(fake).mean() + at::softplus(-real).mean();
    stats.add("Loss/D/loss", loss);
    stats.add("Loss/scores/fake", fake), stats.add("Loss/scores/real", real);
    stats.add("Loss/signs/real", real.detach().sign());
    if (config_.r1_interval == 1 && config_.r1_gamma > 0.0) loss = loss + r1_loss(batch, stats);
    return loss;
  }

  // The scores steer the augmentation as those of Dmain do, if it is what D sees here.
  torch::Tensor r1_loss(const Batch& batch, Stats& stats) {
    if (config_.r1_gamma <= 0.0) return {};
    const torch::Tensor x = batch.reals.detach().requires_grad_(true);
    const bool raw = config_.r1_on == "raw";
    const Augmenter::Shown shown = raw ? Augmenter::Shown{x, {}} : augmenter_.show(x, "augment/r1", batch.first);
    const torch::Tensor logits = discriminator_->forward(shown.images, batch.labels, /*exact=*/true);
    if (!raw) augmenter_.observe(logits, shown);
    const torch::Tensor penalty = r1_penalty(logits, x);
    stats.add("Loss/r1_penalty", penalty);
    return penalty.mean() * (config_.r1_gamma / 2);
  }

  // The gradient flows through the updated mean that the penalty uses; it is detached only where it is kept.
  torch::Tensor path_length_loss(const Batch& batch, Stats& stats) {
    if (config_.pl_weight <= 0.0) return {};
    const int64_t count = std::max<int64_t>(1, batch.size / config_.pl_batch_shrink);
    const Fakes fakes = generate(for_pl_, batch, count, true);
    const GeneratorShape& s = generator_->shape();
    const torch::Tensor noise = pl_noise_.normal(batch.first, count, s.channels * s.height * s.width)
                                    .view({count, s.channels, s.height, s.width})
                                    .to(device_)
                                    .div_(std::sqrt(static_cast<double>(s.height * s.width)));
    const torch::Tensor lengths = path_lengths(fakes.images, fakes.ws, noise);
    const torch::Tensor mean = pl_mean_ + config_.pl_decay * (lengths.mean() - pl_mean_);
    const torch::Tensor penalty = (lengths - mean).square();
    pieces_[batch.piece].path_length = lengths.detach().mean();
    stats.add("Loss/pl_penalty", penalty);
    return penalty.mean() * config_.pl_weight;
  }

  void follow_path_lengths() {
    double sum = 0.0;
    int64_t count = 0;
    for (const Piece& piece : pieces_)
      if (piece.path_length.defined()) sum += piece.path_length.item<double>(), ++count;
    if (count > 0) pl_mean_ += config_.pl_decay * (sum / count - pl_mean_);
  }

  LossConfig config_;
  torch::Device device_;
  std::shared_ptr<Generator> generator_;
  std::shared_ptr<Discriminator> discriminator_;
  Augmenter augmenter_;
  PassStreams for_g_, for_pl_, for_d_;
  RandomStream pl_noise_;
  StepInfo info_;
  std::vector<Piece> pieces_;
  double pl_mean_ = 0.0;
};

}  // namespace

int64_t mixing_cutoff(double u_mix, double u_cutoff, double probability, int64_t num_ws) {
  if (u_mix >= probability) return num_ws;
  return 1 + static_cast<int64_t>(u_cutoff * (num_ws - 1));
}

std::unique_ptr<Objective> make_nonsaturating(const ObjectiveContext& context) {
  return std::make_unique<NonSaturating>(context);
}

}  // namespace centigan
