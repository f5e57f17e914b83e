#include "centigan/models/model.h"

#include <array>

#include "centigan/core/error.h"
#include "centigan/models/biggan.h"
#include "centigan/models/lite.h"
#include "centigan/models/stylegan2.h"

namespace centigan {
namespace {

const std::array<std::string, 3> kFamilies = {"lite", "stylegan2", "biggan"};
const std::array<std::string, 4> kPrecisions = {"float32", "fp16", "bf16", "auto"};

template <class Names>
void require_one_of(const std::string& field, const std::string& value, const Names& names) {
  std::string list;
  for (const auto& name : names) {
    if (name == value) return;
    list += (list.empty() ? "" : ", ") + name;
  }
  fail_usage("models", "model." + field, "'" + escaped(value) + "' is not known",
             did_you_mean(value, names, "one of " + list));
}

void check_pictures(const ModelConfig& config) {
  const int64_t r = config.resolution;
  const int64_t least = config.family == "lite" ? 16 : 4;
  if (r < least || r > 1024 || (r & (r - 1)) != 0) {
    fail_usage("models", "model.resolution",
               std::to_string(r) + " is not a power of two from " + std::to_string(least) + " to 1024",
               "pictures of any size are cropped and resized to it; 32, 64, 128 and 256 are usual");
  }
  if (config.channels != 1 && config.channels != 3 && config.channels != 4) {
    fail_usage("models", "model.channels", std::to_string(config.channels) + " is not 1, 3 or 4",
               "1 is grey, 3 colour, 4 colour and alpha");
  }
  if (config.classes < 0) {
    fail_usage("models", "model.classes", std::to_string(config.classes) + " is negative", "0 trains without labels");
  }
}

void check_lite_limits(const ModelConfig& config) {
  if (config.precision == "fp16")
    fail_usage("models", "model.precision", "fp16 is for stylegan2", "lite takes float32, bf16 or auto");
}

void check_square(const ModelConfig& config) {
  if (config.stylegan2.base_width != config.stylegan2.base_height)
    fail_usage("models", "model.stylegan2.base_width", config.family + " draws square pictures",
               "leave it out, or use stylegan2");
}

}  // namespace

void check_model_config(const ModelConfig& config) {
  require_one_of("family", config.family, kFamilies);
  require_one_of("precision", config.precision, kPrecisions);
  check_pictures(config);
  if (config.family == "stylegan2") return check_stylegan2_config(config);
  check_square(config);
  if (config.family == "biggan") return check_biggan_config(config);
  check_lite_limits(config);
  check_lite_config(config);
}

int64_t picture_height(const ModelConfig& config) {
  return config.family == "stylegan2" ? config.stylegan2.base_height * (config.resolution / 4) : config.resolution;
}

int64_t picture_width(const ModelConfig& config) {
  return config.family == "stylegan2" ? config.stylegan2.base_width * (config.resolution / 4) : config.resolution;
}

int64_t freezable_layers(const ModelConfig& config) {
  return config.family == "stylegan2" ? stylegan2_freezable_layers(config) : 0;
}

int64_t batch_group(const ModelConfig& config) {
  if (config.family == "biggan") return 0;  // batch norm; and power iterations step once a pass
  return config.family == "lite" ? config.lite.mbstd_group_size : config.stylegan2.mbstd_group_size;
}

std::shared_ptr<Generator> make_generator(const ModelConfig& config, uint64_t seed) {
  check_model_config(config);
  if (config.family == "lite") return make_lite_generator(config, seed);
  return config.family == "biggan" ? make_biggan_generator(config, seed) : make_stylegan2_generator(config, seed);
}

std::shared_ptr<Discriminator> make_discriminator(const ModelConfig& config, uint64_t seed) {
  check_model_config(config);
  if (config.family == "lite") return make_lite_discriminator(config, seed);
  return config.family == "biggan" ? make_biggan_discriminator(config, seed)
                                   : make_stylegan2_discriminator(config, seed);
}

}  // namespace centigan
