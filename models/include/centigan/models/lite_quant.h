// The lite family in integers: what a .cgm file holds, an exact integer forward pass that gives the runtime's bytes,
// and a student that trains with exactly these integers in its forward pass. Formulas: docs/cgm-format.md, sections 3
// and 8.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "centigan/models/lite.h"

namespace centigan {

// One layer record with its blobs, as CPU tensors. A blob the layer does not have is undefined.
struct QuantizedLayer {
  LiteLayer layer;
  int64_t weight_bits = 8;  // 8, 6 or 4
  int64_t shift = 0, gain_shift = 0, const_shift = 0;
  int64_t slope = 16384;               // Q14
  torch::Tensor weight;                // int8 [filters, elements] in the file's order
  torch::Tensor bias, mult;            // int32 [cout]
  torch::Tensor gain_weight;           // int8 [rows, style]
  torch::Tensor gain_bias, gain_mult;  // int32 [rows]
  torch::Tensor energy;                // uint8 [cout, cin]
  torch::Tensor noise;                 // int16 [cout]
  torch::Tensor constant;              // int8 [4, 4, cout]
};

// A whole file. Every map is float = scale * int8; scales are not needed to draw and not stored.
struct QuantizedLite {
  int64_t levels = 0, channels = 3, rgb_first = 0, map_layers = 0, latent = 0, style = 0;
  uint64_t noise_seed = 0;
  std::string name;                      // at most 24 bytes
  torch::Tensor embed;                   // int8 [classes, embed_dim]; undefined without classes
  torch::Tensor centre;                  // int8 [1 or classes, style]
  std::vector<std::string> class_names;  // one a class, or none
  std::vector<QuantizedLayer> layers;
  int64_t side() const { return kLiteStart << (levels - 1); }
  int64_t classes() const { return embed.defined() ? embed.size(0) : 0; }
  int64_t input_size() const { return latent + (embed.defined() ? embed.size(1) : 0); }
};

// The layer table and the bits of its weights, without tensors of layers: what a planner needs.
QuantizedLite lite_plan(const ModelConfig& config);

struct IntegerOptions {
  int64_t truncation = 256;              // psi in Q8, 0 … 256
  NoiseMode noise = NoiseMode::kRandom;  // by the seed of each picture; kConst: by the file's noise_seed
  int64_t quality = -1;                  // 0: the first level with a toRGB, …; -1: the best
  torch::Tensor labels;                  // int64 [N]; undefined: class_of_seed (drawing.h) of each seed
};

// The latent as the runtime sees it: 1/32 steps. z [N,latent], a multiple of 1/4096 or any float -> int64 -127 … 127.
torch::Tensor lite_integer_latent(const torch::Tensor& z);

// The pictures of the runtime, byte for byte: z int64 [N,latent], seeds int64 [N] (for noise) -> uint8 [N,C,H,W].
// Exact: 64-bit integers, and float64 convolutions of values far below 2^53. `saturation` (may be null) receives the
// share of values cut off at +-127 for every layer that makes int8 values.
torch::Tensor lite_integer_pictures(const QuantizedLite& model, const torch::Tensor& z, const torch::Tensor& seeds,
                                    const IntegerOptions& options = {}, std::vector<double>* saturation = nullptr);

// The pictures that `cgrt_generate` draws for these seeds.
torch::Tensor lite_integer_pictures_of_seeds(const QuantizedLite& model, const std::vector<uint64_t>& seeds,
                                             const IntegerOptions& options = {});

// One layer of the student: float parameters, and the frozen ranges that turn them into integers.
struct LiteStudentUnitImpl : torch::nn::Module {
  LiteStudentUnitImpl(const LiteLayer& layer, int64_t w_dim);
  LiteLayer layer;
  LiteUnit unit;
  torch::Tensor alpha_in, alpha_out;          // float64 scalars: float = alpha * int8
  torch::Tensor alpha_style;                  // the same of the style vector
  torch::Tensor sigma, gain_sigma;            // float64 [cout], [rows]: float weight = sigma * int8
  torch::Tensor energy, energy_max;           // uint8 [cout,cin], float64 scalar: demodulation, fixed at calibration
  torch::Tensor shifts;                       // int64 [4]: shift, gain_shift, const_shift, weight_bits; on the CPU
  torch::Tensor largest_gain, largest_scale;  // [cout], what adopt() has seen; in no checkpoint
};
using LiteStudentUnit = std::shared_ptr<LiteStudentUnitImpl>;

// A lite generator whose forward pass computes with the integers of its file and whose gradients pass straight through
// the rounding. Made from a float generator: `adopt` takes its weights and fixes the ranges. All of its state is in
// parameters and buffers.
class LiteStudent final : public Generator {
 public:
  // config.lite.quant says how. Weights and ranges are those of a later adopt() or of a loaded checkpoint.
  explicit LiteStudent(const ModelConfig& config);
  const GeneratorShape& shape() const override { return shape_; }
  // The style vector in float steps of the last mapping layer's scale. Without ranges: usage error.
  torch::Tensor mapping(const torch::Tensor& z, const torch::Tensor& c) override;
  torch::Tensor synthesis(const torch::Tensor& ws, const SynthesisOptions& options) override;
  torch::Tensor& w_avg() override { return w_avg_; }
  // As the runtime truncates: psi in steps of 1/256, centre and style in those of the file.
  torch::Tensor truncate(const torch::Tensor& ws, double psi, int64_t cutoff, const torch::Tensor& c) override;

  // Takes over weights and w_avg of `teacher` (same ModelConfig), brings its channels to one size (which changes no
  // picture) and fixes the ranges over `quant.calibration` latents of (seed, "calibration"). `progress(done, total)` is
  // called now and then; may be empty.
  void adopt(LiteGenerator& teacher, uint64_t seed, const std::function<void(int64_t, int64_t)>& progress = {});

  // Right after adopt(): another number of bits for the weights of a layer.
  void set_weight_bits(size_t row, int64_t bits);

  // The integers of the present weights; what the runtime draws.
  QuantizedLite freeze(const std::string& name);

  const ModelConfig& config() const { return config_; }
  const std::vector<LiteStudentUnit>& units() const { return units_; }
  const torch::Tensor& style_scale() const;  // float64 scalar: w = scale * int8

 private:
  torch::Tensor input(const torch::Tensor& z, const torch::Tensor& c) const;
  torch::Tensor centres();

  ModelConfig config_;
  GeneratorShape shape_;
  torch::Tensor embed_;  // [classes,embed_dim]; undefined without classes
  std::vector<LiteStudentUnit> units_;
  torch::Tensor w_avg_;
  torch::Tensor calibrated_;  // int64 scalar: 1 once ranges are fixed
};

}  // namespace centigan
