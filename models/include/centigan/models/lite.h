// The `lite` family: a generator in exactly the grammar of the C runtime (docs/cgm-format.md), in floating point, so
// that what is trained is what the chip draws; and the small residual discriminator that trains it.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "centigan/models/discriminator.h"
#include "centigan/models/generator.h"
#include "centigan/models/model.h"

namespace centigan {

// Layer types with their codes in a .cgm file. kUp3: nearest x2, then 3x3. kUp2p: the same as four 2x2 phase kernels.
enum class LiteOp : int { kMap = 1, kStart = 2, kConv3 = 3, kUp3 = 4, kUp2p = 5, kToRgb = 6 };

constexpr int64_t kLiteStart = 4;   // side of the first map
constexpr double kLiteSlope = 0.2;  // of the leaky ReLU after every layer but toRGB
constexpr double kLiteDemodEps = 1e-8;

// One row of the layer table, in the order in which the file lists them and the picture needs them.
struct LiteLayer {
  LiteOp op = LiteOp::kMap;
  std::string name;  // prefix of its parameters: "map0", "start", "b8_up", "b8_conv0", "b16_rgb"
  int64_t level = 0, cin = 0, cout = 0;
  bool gain = false, demod = false, noise = false;
  bool convolves() const { return op == LiteOp::kConv3 || op == LiteOp::kUp3 || op == LiteOp::kUp2p; }
  bool dense() const { return op == LiteOp::kStart && cin > 0; }  // START: the style moves the map itself
  bool makes_map() const { return convolves() || op == LiteOp::kStart; }
  int64_t side() const { return kLiteStart << level; }  // of the output
};

// Usage errors name the field: widths that do not give the resolution, sizes beyond the format, channels other than 1
// or 3.
void check_lite_config(const ModelConfig& config);

// What the mapping takes: the latent, and the embedding of the class where there are classes.
int64_t lite_input_size(const ModelConfig& config);

// The layer table of a generator; the config has passed check_lite_config.
std::vector<LiteLayer> lite_layers(const ModelConfig& config);

// The same in integers: upsampling layers from quant.phase_from on are phases.
std::vector<LiteLayer> lite_student_layers(const ModelConfig& config);

// Bits of the weights in integers, one number a layer.
std::vector<int64_t> lite_weight_bits(const ModelConfig& config);

// Whether the format can keep the weights of a layer in 6 or 4 bits.
bool lite_packs(const LiteLayer& layer);

// Multiply-accumulates of one picture, counted as cgrt_macs counts them.
int64_t lite_macs(const std::vector<LiteLayer>& layers, int64_t w_dim);

// The parameters of one layer. Weights are stored with unit variance and scaled at run time (equalized learning rate).
struct LiteUnitImpl : torch::nn::Module {
  LiteUnitImpl(const LiteLayer& layer, int64_t w_dim, uint64_t seed);
  torch::Tensor scaled_weight() const;  // as the layer uses it, in the type of the parameters
  torch::Tensor scaled_bias() const;
  torch::Tensor gains(const torch::Tensor& w) const;  // [N,rows]: output channels; toRGB: input channels
  LiteLayer layer;
  double weight_gain = 1.0, bias_gain = 1.0, gain_scale = 1.0;
  // MAP, TORGB [cout,cin]; START [16*cout,w_dim], rows ordered y, x, channel, undefined if not dense; CONV3, UP3
  // [cout,cin,3,3]; UP2P [2,2,cout,cin,2,2].
  torch::Tensor weight, bias;
  torch::Tensor constant;                // START: [4,4,cout]
  torch::Tensor gain_weight, gain_bias;  // [rows,w_dim], [rows]
  torch::Tensor noise_strength;          // [cout]
};
using LiteUnit = std::shared_ptr<LiteUnitImpl>;

// Called for every layer: its row, its values, and the scale [N,cout] (gain, demodulation, sqrt 2) its activations were
// multiplied by (undefined for mapping layers and toRGB). The values of a toRGB are the picture so far.
using LiteObserver = std::function<void(size_t row, const torch::Tensor& values, const torch::Tensor& scale)>;

// x_k = g_k(w) * d_k(w) * sqrt(2) * lrelu(W_k (*) x_{k-1} + b_k + n_k * noise); picture = upsampled sum of toRGBs whose
// weights are scaled by r(w) a channel. ws is [N,1,w_dim]. Noise is the runtime's: a function of seed, layer, position.
// A class is a row of `embed` that the mapping sees beside the latent, so it acts through the gains of every channel;
// truncation pulls towards the mean style of the class.
class LiteGenerator final : public Generator {
 public:
  LiteGenerator(const ModelConfig& config, uint64_t seed);
  const GeneratorShape& shape() const override { return shape_; }
  torch::Tensor mapping(const torch::Tensor& z, const torch::Tensor& c) override;
  torch::Tensor synthesis(const torch::Tensor& ws, const SynthesisOptions& options) override;
  torch::Tensor& w_avg() override { return w_avg_; }
  torch::Tensor truncate(const torch::Tensor& ws, double psi, int64_t cutoff, const torch::Tensor& c) override;

  // The pictures in float32 and without noise, with a look at what every layer makes.
  torch::Tensor watch(const torch::Tensor& z, const torch::Tensor& c, const LiteObserver& observe);

  // [z, embedding of c], [N,lite_input_size]. Without classes: z.
  torch::Tensor input(const torch::Tensor& z, const torch::Tensor& c) const;

  const ModelConfig& config() const { return config_; }
  const std::vector<LiteUnit>& units() const { return units_; }
  torch::Tensor& embed() { return embed_; }  // [classes,embed_dim]; undefined without classes

 private:
  ModelConfig config_;
  GeneratorShape shape_;
  torch::Tensor embed_;
  std::vector<LiteUnit> units_;
  torch::Tensor w_avg_;
};

// A weight [cout,...] of the discriminator with its run-time gain, and a bias where it has one.
struct LiteDiscUnitImpl : torch::nn::Module {
  LiteDiscUnitImpl(const std::string& name, const std::vector<int64_t>& shape, bool biased, uint64_t seed);
  double gain = 1.0;
  torch::Tensor weight, bias;
};
using LiteDiscUnit = std::shared_ptr<LiteDiscUnitImpl>;

// Residual, one 3x3 convolution of stride 2 a block, minibatch standard deviation at 4 px; logits [N,1] float32. With
// classes it is a projection discriminator (Miyato and Koyama, 2018): features times the class's embedding are added.
class LiteDiscriminator final : public LayeredDiscriminator {
 public:
  LiteDiscriminator(const ModelConfig& config, uint64_t seed);
  Maps maps(const torch::Tensor& images, bool exact, const MapHook& hook) override;
  torch::Tensor features(const Maps& maps, bool exact) override;
  torch::Tensor score(const torch::Tensor& features, const torch::Tensor& c) override;
  int64_t feature_size() const override { return config_.lite.d_widths[0]; }

 private:
  ModelConfig config_;
  LiteDiscUnit from_rgb_, last_conv_, fc_, out_, embed_;  // embed_: [classes,F]; null without classes
  std::vector<LiteDiscUnit> convs_, skips_;               // from the highest resolution down
};

std::shared_ptr<Generator> make_lite_generator(const ModelConfig& config, uint64_t seed);
std::shared_ptr<Discriminator> make_lite_discriminator(const ModelConfig& config, uint64_t seed);

// The noise of the runtime before its strength: n8(seed, 16 + layer, y*side + x) / 32 as float32 [N,1,side,side] for
// int64 seeds [N]; `layer` is the row in the layer table.
torch::Tensor lite_noise(const torch::Tensor& seeds, int64_t layer, int64_t side);

}  // namespace centigan
