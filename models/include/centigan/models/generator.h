// The interface of every generator.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>

namespace centigan {

// What a generator takes and gives. c_dim 0: unconditional.
struct GeneratorShape {
  int64_t z_dim = 0, c_dim = 0, w_dim = 0, num_ws = 0;
  int64_t channels = 3, height = 0, width = 0;
};

enum class NoiseMode { kRandom, kConst, kNone };

struct SynthesisOptions {
  NoiseMode noise = NoiseMode::kRandom;
  // Random noise is drawn by (seed, picture): one int64 a picture in [N] on the CPU; undefined: no seeds known, then
  // kRandom is an error. Families without noise inputs ignore both.
  torch::Tensor noise_seeds;
};

class Generator : public torch::nn::Module {
 public:
  virtual const GeneratorShape& shape() const = 0;
  // z [N,z_dim] float32, c [N,c_dim] or undefined -> ws [N,num_ws,w_dim].
  virtual torch::Tensor mapping(const torch::Tensor& z, const torch::Tensor& c) = 0;
  // ws [N,num_ws,w_dim] -> images [N,C,H,W] float32, nominally [-1,1], not clamped.
  virtual torch::Tensor synthesis(const torch::Tensor& ws, const SynthesisOptions& options) = 0;
  // Running mean of w over training, [w_dim]; the centre of truncation. Updated by track_w only; families without one
  // give zeros.
  virtual torch::Tensor& w_avg() = 0;

  // w_avg <- w.mean(0) + beta * (w_avg - w.mean(0)) for ws of one batch, under NoGradGuard. What is not finite
  // moves nothing.
  virtual void track_w(const torch::Tensor& ws, double beta);
  // w_avg + psi * (ws - w_avg), on the first `cutoff` ws (negative: all). A label within ws stays; families that know a
  // mean style a class pull towards that of `c` where it is given.
  virtual torch::Tensor truncate(const torch::Tensor& ws, double psi, int64_t cutoff = -1, const torch::Tensor& c = {});
  // mapping, truncation, synthesis.
  torch::Tensor forward(const torch::Tensor& z, const torch::Tensor& c, double psi, const SynthesisOptions& options,
                        int64_t cutoff = -1);
};

}  // namespace centigan
