// A student that draws what its teacher draws, latent for latent.
#include <ATen/ATen.h>

#include <optional>

#include "centigan/core/error.h"
#include "centigan/core/random.h"
#include "centigan/models/drawing.h"
#include "centigan/trainers/distillation.h"
#include "centigan/trainers/regularizers.h"
#include "style_projection.h"

namespace centigan {
namespace {

class Distill final : public Objective {
 public:
  explicit Distill(DistillParts parts)
      : parts_(std::move(parts)), latent_(parts_.seed, "latent/distill"), label_(parts_.seed, "label/distill") {
    const GeneratorShape& s = parts_.student->shape();
    const GeneratorShape& t = parts_.teacher->shape();
    const bool fits = s.channels == t.channels && s.z_dim == t.z_dim && s.c_dim == t.c_dim && t.height >= s.height &&
                      t.width >= s.width && t.height % s.height == 0 && t.height / s.height == t.width / s.width;
    if (!fits)
      fail_usage("distill", "model", "student of " + text(s) + " does not fit teacher of " + text(t),
                 "latent, classes and channels must be equal, the teacher's side a multiple of the student's");
    for (torch::Tensor parameter : parts_.teacher->parameters()) parameter.requires_grad_(false);
    parts_.teacher->eval();
    if (parts_.terms.perceptual > 0.0 || parts_.terms.distribution > 0.0) eye_.emplace(parts_.eye, t.height);
    if (parts_.terms.w > 0.0) add_projection();
  }

  std::vector<Trained> trained() override {
    std::vector<Trained> all = {{"G", parts_.student, true}};
    if (judged()) all.push_back({"critic", parts_.critic, false, /*helper=*/true});
    if (projection_) all.push_back({"style_projection", projection_, false, /*helper=*/true});
    return all;
  }

  std::vector<Phase> phases() const override {
    std::vector<Phase> all = {{"Gmain", "G", 1, 1.0}};
    if (judged()) all.push_back({"critic", "critic", 1, 1.0});
    if (judged() && parts_.r1_gamma > 0.0)
      all.push_back({"critic_r1", "critic", parts_.r1_interval, static_cast<double>(parts_.r1_interval)});
    if (projection_) all.push_back({"style_projection", "style_projection", 1, 1.0});
    return all;
  }

  // A critic under spectral norm would move its power iterations in every look, from several threads at once.
  void begin_step(const StepInfo& info) override {
    if (parts_.on_step) parts_.on_step(info);
    if (judged()) parts_.critic->eval();
    pieces_.assign(info.parts(), {});
  }

  torch::Tensor accumulate(const Phase& phase, const Batch& batch, Stats& stats) override {
    Piece& piece = pieces_[batch.piece];
    if (phase.name == "Gmain") return student_loss(batch, piece, stats);
    if (phase.name == "critic") return critic_loss(piece, stats);
    if (phase.name == "critic_r1") return critic_penalty(piece, stats);
    return projection_->error(piece.styles, piece.wanted_styles);
  }

  void end_step(const StepInfo&) override {
    std::vector<torch::Tensor> ws;
    for (const Piece& piece : pieces_) ws.push_back(piece.ws);
    parts_.student->track_w(at::cat(ws), 0.995);
    pieces_.clear();
  }

 private:
  // What a piece of the batch keeps for the later phases of the step, all of it constant.
  struct Piece {
    torch::Tensor ws, styles, wanted_styles;
    torch::Tensor labels, drawn, wanted;
  };

  static std::string text(const GeneratorShape& s) {
    return std::to_string(s.channels) + "x" + std::to_string(s.height) + "x" + std::to_string(s.width) + ", latent " +
           std::to_string(s.z_dim) + (s.c_dim > 0 ? ", " + std::to_string(s.c_dim) + " classes" : "");
  }

  bool judged() const { return parts_.terms.adversarial > 0.0 && parts_.critic; }

  void add_projection() {
    const at::NoGradGuard no_grad;
    Batch one;
    one.size = 1;
    rows_.emplace(parts_.teacher->mapping(latents(one), labels(one)));
    projection_ = std::make_shared<StyleProjection>(parts_.student->shape().w_dim, rows_->size(), parts_.seed);
    projection_->to(parts_.device);
  }

  torch::Tensor latents(const Batch& batch) const {
    return latent_.normal(batch.first, batch.size, parts_.student->shape().z_dim).to(parts_.device);
  }

  SynthesisOptions noise(const Batch& batch) const {
    SynthesisOptions options;
    options.noise_seeds = at::arange(batch.first, batch.first + batch.size, at::kLong);
    return options;
  }

  torch::Tensor labels(const Batch& batch) const {
    const torch::Tensor c = drawn_labels(label_, batch.first, batch.size, parts_.student->shape().c_dim);
    return c.defined() ? c.to(parts_.device) : c;
  }

  // The teacher's styles and pictures.
  void draw_wanted(const torch::Tensor& z, const Batch& batch, Piece& piece) const {
    const at::NoGradGuard no_grad;
    const torch::Tensor ws = parts_.teacher->mapping(z, piece.labels);
    if (rows_) piece.wanted_styles = (*rows_)(ws);
    piece.wanted = pooled_to(parts_.teacher->synthesis(ws, noise(batch)), parts_.student->shape().height);
  }

  torch::Tensor student_loss(const Batch& batch, Piece& piece, Stats& stats) const {
    const torch::Tensor z = latents(batch);
    piece.labels = labels(batch);
    draw_wanted(z, batch, piece);
    const torch::Tensor ws = parts_.student->mapping(z, piece.labels);
    const torch::Tensor drawn = parts_.student->synthesis(ws, noise(batch));
    piece.ws = ws.detach(), piece.drawn = drawn.detach(), piece.styles = piece.ws.select(1, 0);
    torch::Tensor loss = pixel_distance(drawn, piece.wanted, parts_.pyramid_levels, parts_.gradient_weight);
    stats.add("Loss/G/mse", (piece.drawn - piece.wanted).square());
    stats.add("Loss/G/l1", (piece.drawn - piece.wanted).abs());
    loss = loss + seen_terms(drawn, piece.wanted, stats);
    if (judged()) {
      const torch::Tensor score = look(drawn, piece.labels);
      loss = loss + term("adversarial", parts_.terms.adversarial, at::softplus(-score).mean(), stats);
    }
    if (projection_)
      loss = loss + term("w", parts_.terms.w, projection_->error(ws.select(1, 0), piece.wanted_styles), stats);
    stats.add("Loss/G/loss", loss);
    return loss;
  }

  static torch::Tensor term(const std::string& name, double weight, const torch::Tensor& value, Stats& stats) {
    stats.add("Loss/G/" + name, value);
    return weight * value;
  }

  // What the frozen discriminator makes of both pictures, and of both batches.
  torch::Tensor seen_terms(const torch::Tensor& drawn, const torch::Tensor& wanted, Stats& stats) const {
    torch::Tensor sum = at::zeros({}, drawn.options());
    if (!eye_) return sum;
    const DistillTerms& terms = parts_.terms;
    const std::vector<torch::Tensor> seen = eye_->maps(drawn), aim = eye_->maps(wanted);
    if (terms.perceptual > 0.0) sum = sum + term("perceptual", terms.perceptual, map_distance(seen, aim), stats);
    if (terms.distribution <= 0.0 || drawn.size(0) < 2) return sum;
    const torch::Tensor x = map_means(seen), y = map_means(aim);
    const torch::Tensor distance = terms.distance == "mmd" ? kernel_distance(x, y) : moment_distance(x, y);
    return sum + term("distribution", terms.distribution, distance, stats);
  }

  torch::Tensor look(const torch::Tensor& images, const torch::Tensor& labels, bool exact = false) const {
    return parts_.critic->forward(enlarged_to(images, parts_.teacher->shape().height), labels, exact);
  }

  torch::Tensor critic_loss(const Piece& piece, Stats& stats) const {
    const torch::Tensor fake = look(piece.drawn, piece.labels), real = look(piece.wanted, piece.labels);
    stats.add("Loss/scores/fake", fake), stats.add("Loss/scores/real", real);
    return at::softplus(fake).mean() + at::softplus(-real).mean();
  }

  torch::Tensor critic_penalty(const Piece& piece, Stats& stats) const {
    const torch::Tensor images = piece.wanted.detach().requires_grad_();
    const torch::Tensor penalty = r1_penalty(look(images, piece.labels, /*exact=*/true), images);
    stats.add("Loss/r1_penalty", penalty);
    return penalty.mean() * (parts_.r1_gamma / 2);
  }

  DistillParts parts_;
  RandomStream latent_, label_;
  std::optional<TeacherEye> eye_;
  std::optional<StyleRows> rows_;
  std::shared_ptr<StyleProjection> projection_;
  std::vector<Piece> pieces_;
};

}  // namespace

std::unique_ptr<Objective> make_distill(DistillParts parts) {
  return std::make_unique<Distill>(std::move(parts));
}

}  // namespace centigan
