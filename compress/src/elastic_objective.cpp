#include "elastic_objective.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <optional>
#include <utility>

#include "centigan/core/random.h"
#include "centigan/models/drawing.h"
#include "centigan/trainers/distillation.h"

namespace centigan {
namespace {

class ElasticDistill final : public Objective {
 public:
  using Choice = std::function<std::vector<ModelConfig>(int64_t)>;
  ElasticDistill(DistillParts parts, std::shared_ptr<Elastic> elastic, Choice choose)
      : parts_(std::move(parts)),
        elastic_(std::move(elastic)),
        choose_(std::move(choose)),
        latent_(parts_.seed, "latent/elastic"),
        label_(parts_.seed, "label/elastic") {
    for (torch::Tensor parameter : parts_.teacher->parameters()) parameter.requires_grad_(false);
    parts_.teacher->eval();
    if (parts_.eye && parts_.terms.perceptual > 0.0) eye_.emplace(parts_.eye, parts_.teacher->shape().height);
  }

  std::vector<Trained> trained() override {
    std::vector<Trained> all = {{"G", elastic_->widest(), true}};
    if (has_shorts()) all.push_back({"short", elastic_->shorts(), true, /*helper=*/true});
    return all;
  }

  std::vector<Phase> phases() const override {
    std::vector<Phase> all = {{"Gmain", "G", 1, 1.0}};
    if (has_shorts()) all.push_back({"Gshort", "short", 1, 1.0});
    return all;
  }

  void begin_step(const StepInfo& info) override {
    members_ = choose_(info.step);
    pieces_.assign(static_cast<size_t>(info.parts()), {});
  }

  // Gradients of the short units are taken with the members' graph, before G's step changes what it refers to.
  torch::Tensor accumulate(const Phase& phase, const Batch& batch, Stats& stats) override {
    Piece& piece = pieces_[static_cast<size_t>(batch.piece)];
    return phase.name == "Gshort" ? with_gradients_of(piece) : losses(batch, piece, stats);
  }

  void end_step(const StepInfo&) override {
    std::vector<torch::Tensor> ws;
    for (const Piece& piece : pieces_) ws.push_back(piece.ws);
    elastic_->widest()->track_w(at::cat(ws), 0.995);
    pieces_.clear();
  }

 private:
  struct Piece {
    torch::Tensor ws;
    std::vector<torch::Tensor> short_gradients;
  };

  bool has_shorts() const { return !elastic_->shorts()->units.empty(); }

  torch::Tensor losses(const Batch& batch, Piece& piece, Stats& stats) const {
    const GeneratorShape& shape = elastic_->widest()->shape();
    const torch::Tensor z = latent_.normal(batch.first, batch.size, shape.z_dim).to(parts_.device);
    torch::Tensor c = drawn_labels(label_, batch.first, batch.size, shape.c_dim);
    if (c.defined()) c = c.to(parts_.device);
    const SynthesisOptions noise{NoiseMode::kRandom, at::arange(batch.first, batch.first + batch.size, at::kLong)};
    const torch::Tensor wanted = teachers(z, c, noise);
    piece.ws = styles(z, c);
    torch::Tensor sum = at::zeros({}, wanted.options());
    for (const ModelConfig& member : members_)
      sum = sum + distance(elastic_->member(member)->forward(z, c, 1.0, noise), wanted);
    const torch::Tensor loss = sum / static_cast<double>(members_.size());
    if (has_shorts())
      piece.short_gradients = torch::autograd::grad({loss}, elastic_->shorts()->parameters(), {}, /*retain_graph=*/true,
                                                    /*create_graph=*/false, /*allow_unused=*/true);
    stats.add("Loss/G/loss", loss);
    return loss;
  }

  torch::Tensor styles(const torch::Tensor& z, const torch::Tensor& c) const {
    const at::NoGradGuard no_grad;
    return elastic_->widest()->mapping(z, c);
  }

  // A loss with the gradients that are known already.
  torch::Tensor with_gradients_of(const Piece& piece) const {
    const auto parameters = elastic_->shorts()->parameters();
    torch::Tensor sum;
    for (size_t i = 0; i < piece.short_gradients.size(); ++i) {
      if (!piece.short_gradients[i].defined()) continue;
      const auto part = (parameters[i] * piece.short_gradients[i]).sum();
      sum = sum.defined() ? sum + part : part;
    }
    return sum;
  }

  torch::Tensor teachers(const torch::Tensor& z, const torch::Tensor& c, const SynthesisOptions& noise) const {
    const at::NoGradGuard no_grad;
    return pooled_to(parts_.teacher->forward(z, c, 1.0, noise), elastic_->widest()->shape().height);
  }

  torch::Tensor distance(const torch::Tensor& drawn, const torch::Tensor& wanted) const {
    const torch::Tensor pixels = pixel_distance(drawn, wanted, parts_.pyramid_levels, parts_.gradient_weight);
    if (!eye_) return pixels;
    return pixels + parts_.terms.perceptual * map_distance(eye_->maps(drawn), eye_->maps(wanted));
  }

  DistillParts parts_;
  std::shared_ptr<Elastic> elastic_;
  Choice choose_;
  RandomStream latent_, label_;
  std::optional<TeacherEye> eye_;
  std::vector<ModelConfig> members_;
  std::vector<Piece> pieces_;
};

}  // namespace

std::unique_ptr<Objective> make_elastic_distill(DistillParts parts, std::shared_ptr<Elastic> elastic,
                                                std::function<std::vector<ModelConfig>(int64_t step)> choose) {
  return std::make_unique<ElasticDistill>(std::move(parts), std::move(elastic), std::move(choose));
}

}  // namespace centigan
