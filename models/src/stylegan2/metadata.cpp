#include "metadata.h"

#include "../metadata_reader.h"
#include "centigan/core/curve.h"
#include "centigan/models/stylegan2.h"

namespace centigan {
namespace {

// Clamp of the published training; it was off together with the half types.
constexpr double kPublishedClamp = 256.0;

bool has_tensor(const Safetensors& file, const std::string& name) {
  return file.tensors.count(name) > 0;
}

// The architecture shows in the names: a linear branch is resnet, RGB at every resolution is skip.
std::string g_architecture_of(const Safetensors& file) {
  if (has_tensor(file, "G_ema.synthesis.b8.skip.weight")) return "resnet";
  return has_tensor(file, "G_ema.synthesis.b4.torgb.weight") ? "skip" : "orig";
}

std::string d_architecture_of(const Safetensors& file) {
  if (has_tensor(file, "D.b8.skip.weight")) return "resnet";
  return has_tensor(file, "D.b4.fromrgb.weight") ? "skip" : "orig";
}

// Channels that the last convolution sees beside those of the map before it.
int64_t mbstd_channels_of(const Safetensors& file, const StyleGan2Config& c) {
  const auto found = file.tensors.find("D.b4.conv.weight");
  if (found == file.tensors.end() || found->second.dim() != 4) return c.mbstd_num_channels;
  return found->second.size(1) - found->second.size(0);
}

}  // namespace

ModelConfig stylegan2_of_metadata(const Safetensors& file, std::vector<std::string>& problems) {
  ModelConfig model;
  model.family = "stylegan2", model.precision = "float32";
  StyleGan2Config& c = model.stylegan2;
  MetadataReader reader(file.metadata, problems);
  reader.required("z_dim", c.z_dim), reader.required("w_dim", c.w_dim), reader.required("c_dim", model.classes);
  reader.required("img_resolution", model.resolution), reader.required("img_channels", model.channels);
  reader.required("channel_base", c.channel_base), reader.required("channel_max", c.channel_max);
  reader.required("num_layers", c.mapping_layers), reader.required("num_fp16_res", c.num_fp16_res);
  reader.group("mbstd_group_size", c.mbstd_group_size, 0);
  c.conv_clamp = c.num_fp16_res > 0 ? kPublishedClamp : 0.0;
  reader.number("conv_clamp", c.conv_clamp);
  c.g_architecture = g_architecture_of(file), c.d_architecture = d_architecture_of(file);
  reader.word("g_architecture", c.g_architecture), reader.word("d_architecture", c.d_architecture);
  c.mbstd_num_channels = mbstd_channels_of(file, c);
  reader.optional("mbstd_num_channels", c.mbstd_num_channels);
  reader.optional("base_width", c.base_width), reader.optional("base_height", c.base_height);
  return model;
}

std::map<std::string, std::string> metadata_of_stylegan2(const ModelConfig& model) {
  const StyleGan2Config& c = model.stylegan2;
  std::map<std::string, std::string> texts = {{"g_architecture", c.g_architecture},
                                              {"d_architecture", c.d_architecture},
                                              {"conv_clamp", c.conv_clamp > 0 ? Curve(c.conv_clamp).text() : "None"}};
  const std::vector<std::pair<const char*, int64_t>> numbers = {{"z_dim", c.z_dim},
                                                                {"w_dim", c.w_dim},
                                                                {"c_dim", model.classes},
                                                                {"img_resolution", model.resolution},
                                                                {"img_channels", model.channels},
                                                                {"channel_base", c.channel_base},
                                                                {"channel_max", c.channel_max},
                                                                {"num_layers", c.mapping_layers},
                                                                {"num_fp16_res", c.num_fp16_res},
                                                                {"mbstd_num_channels", c.mbstd_num_channels}};
  for (const auto& [key, value] : numbers) texts[key] = std::to_string(value);
  texts["mbstd_group_size"] = c.mbstd_group_size > 0 ? std::to_string(c.mbstd_group_size) : "None";
  if (c.base_width == 4 && c.base_height == 4) return texts;
  texts["base_width"] = std::to_string(c.base_width), texts["base_height"] = std::to_string(c.base_height);
  return texts;
}

}  // namespace centigan
