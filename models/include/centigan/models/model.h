// The families of networks by name: configuration and construction.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "centigan/core/config.h"
#include "centigan/models/biggan_config.h"
#include "centigan/models/discriminator.h"
#include "centigan/models/generator.h"
#include "centigan/models/lite_config.h"
#include "centigan/models/stylegan2_config.h"

namespace centigan {

struct ModelConfig {
  std::string family = "stylegan2";
  int64_t resolution = 256;  // power of two, 4 … 1024 (lite: from 16; biggan: 32 … 256)
  int64_t channels = 3;      // 1, 3 or 4
  int64_t classes = 0;
  std::string precision =
      "auto";  // float32, fp16 (stylegan2), bf16, or auto: bf16 where the device multiplies it natively
  LiteConfig lite;
  StyleGan2Config stylegan2;
  BigGanConfig biggan;
};

inline void visit(ConfigVisitor& v, ModelConfig& c) {
  v.field("family", c.family, "Family of networks: lite, stylegan2 or biggan.");
  v.field("resolution", c.resolution,
          "Side of the pictures in pixels, a power of two from 4 to 1024 (lite: from 16; biggan: 32 to 256).");
  v.field("channels", c.channels, "Channels of the pictures: 1 (grey), 3 (colour) or 4 (colour and alpha).");
  v.field("classes", c.classes, "Number of classes; 0 trains without labels.");
  v.field("precision", c.precision,
          "Arithmetic of the convolutions: float32, fp16, bf16, or auto (bf16 where it is native).");
  v.group("lite", c.lite);
  v.group("stylegan2", c.stylegan2);
  v.group("biggan", c.biggan);
}

// What a network draws. They differ from the resolution with stylegan2's base_width and base_height only.
int64_t picture_height(const ModelConfig& config);
int64_t picture_width(const ModelConfig& config);

// Layers of the discriminator that Discriminator::freeze can freeze; 0: the family cannot.
int64_t freezable_layers(const ModelConfig& config);

// Pictures of a training batch that a network looks at together; 0: all of them.
int64_t batch_group(const ModelConfig& config);

// Usage errors name the field (resolution not a power of two, unknown family, widths that do not fit…).
void check_model_config(const ModelConfig& config);

// Fresh networks with weights drawn from (seed, "init/…") only: same config and seed, same bits.
std::shared_ptr<Generator> make_generator(const ModelConfig& config, uint64_t seed);
std::shared_ptr<Discriminator> make_discriminator(const ModelConfig& config, uint64_t seed);

}  // namespace centigan
