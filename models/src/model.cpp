#include "centigan/models/model.h"

#include <array>

#include "centigan/core/error.h"
#include "centigan/models/lite.h"
#include "centigan/models/stylegan2.h"

namespace centigan {
namespace {

const std::array<std::string, 2> kFamilies = {"lite", "stylegan2"};
const std::array<std::string, 3> kPrecisions = {"float32", "bf16", "auto"};

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
  if (r < 16 || r > 1024 || (r & (r - 1)) != 0) {
    fail_usage("models", "model.resolution", std::to_string(r) + " is not a power of two from 16 to 1024",
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

}  // namespace

void check_model_config(const ModelConfig& config) {
  require_one_of("family", config.family, kFamilies);
  require_one_of("precision", config.precision, kPrecisions);
  check_pictures(config);
  config.family == "lite" ? check_lite_config(config) : check_stylegan2_config(config);
}

std::shared_ptr<Generator> make_generator(const ModelConfig& config, uint64_t seed) {
  check_model_config(config);
  return config.family == "lite" ? make_lite_generator(config, seed) : make_stylegan2_generator(config, seed);
}

std::shared_ptr<Discriminator> make_discriminator(const ModelConfig& config, uint64_t seed) {
  check_model_config(config);
  return config.family == "lite" ? make_lite_discriminator(config, seed) : make_stylegan2_discriminator(config, seed);
}

}  // namespace centigan
