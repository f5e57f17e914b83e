// A student that draws what its teacher draws, latent for latent.
#include <ATen/ATen.h>

#include "centigan/core/error.h"
#include "centigan/core/random.h"
#include "centigan/models/drawing.h"
#include "centigan/trainers/objectives.h"

namespace centigan {
namespace {

torch::Tensor distill_l1(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().mean();
}

// Differences of neighbouring pixels carry the thin lines that a plain L1 blurs.
torch::Tensor edge_l1(const torch::Tensor& difference) {
  return difference.diff(1, 2).abs().mean() + difference.diff(1, 3).abs().mean();
}

torch::Tensor coarser(const torch::Tensor& images) {
  return at::avg_pool2d(images, {2, 2});
}

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
  }

  std::vector<Trained> trained() override { return {{"G", parts_.student, true}}; }
  std::vector<Phase> phases() const override { return {{"Gmain", "G", 1, 1.0}}; }

  void begin_step(const StepInfo& info) override {
    if (parts_.on_step) parts_.on_step(info);
    ws_.assign(info.parts(), {});
  }

  torch::Tensor accumulate(const Phase&, const Batch& batch, Stats& stats) override {
    const torch::Tensor z = latent_.normal(batch.first, batch.size, parts_.student->shape().z_dim).to(parts_.device);
    const torch::Tensor c = labels(batch), wanted = teacher_images(z, c, batch);
    const torch::Tensor ws = parts_.student->mapping(z, c);
    ws_[batch.piece] = ws.detach();
    return loss(parts_.student->synthesis(ws, noise(batch)), wanted, stats);
  }

  void end_step(const StepInfo&) override { parts_.student->track_w(at::cat(ws_), 0.995); }

 private:
  static std::string text(const GeneratorShape& s) {
    return std::to_string(s.channels) + "x" + std::to_string(s.height) + "x" + std::to_string(s.width) + ", latent " +
           std::to_string(s.z_dim) + (s.c_dim > 0 ? ", " + std::to_string(s.c_dim) + " classes" : "");
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

  torch::Tensor teacher_images(const torch::Tensor& z, const torch::Tensor& c, const Batch& batch) const {
    const at::NoGradGuard no_grad;
    const torch::Tensor images = parts_.teacher->forward(z, c, 1.0, noise(batch));
    const int64_t factor = images.size(2) / parts_.student->shape().height;
    return factor == 1 ? images : at::avg_pool2d(images, {factor, factor});
  }

  torch::Tensor loss(torch::Tensor drawn, torch::Tensor wanted, Stats& stats) const {
    torch::Tensor sum = distill_l1(drawn, wanted);
    stats.add("Loss/G/l1", sum);
    stats.add("Loss/G/mse", (drawn.detach() - wanted).square());
    if (parts_.gradient_weight > 0.0) sum = sum + parts_.gradient_weight * edge_l1(drawn - wanted);
    for (int64_t level = 0; level < parts_.pyramid_levels && drawn.size(2) >= 4; ++level) {
      drawn = coarser(drawn), wanted = coarser(wanted);
      sum = sum + distill_l1(drawn, wanted);
    }
    stats.add("Loss/G/loss", sum);
    return sum;
  }

  DistillParts parts_;
  RandomStream latent_, label_;
  std::vector<torch::Tensor> ws_;
};

}  // namespace

std::unique_ptr<Objective> make_distill(DistillParts parts) {
  return std::make_unique<Distill>(std::move(parts));
}

}  // namespace centigan
