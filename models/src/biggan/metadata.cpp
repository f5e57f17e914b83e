#include "metadata.h"

#include "../metadata_reader.h"
#include "centigan/core/curve.h"

namespace centigan {

ModelConfig biggan_of_metadata(const Safetensors& file, std::vector<std::string>& problems) {
  ModelConfig model;
  model.family = "biggan", model.precision = "float32";
  BigGanConfig& c = model.biggan;
  MetadataReader reader(file.metadata, problems);
  reader.required("resolution", model.resolution), reader.required("n_classes", model.classes);
  reader.required("G_ch", c.g_ch), reader.required("D_ch", c.d_ch), reader.required("dim_z", c.dim_z);
  reader.required("G_attn", c.g_attn), reader.required("D_attn", c.d_attn);
  reader.required("G_shared", c.g_shared), reader.required("shared_dim", c.shared_dim);
  reader.required("hier", c.hier);
  reader.required("SN_eps", c.sn_eps), reader.required("BN_eps", c.bn_eps);
  reader.optional("img_channels", model.channels), reader.optional("D_wide", c.d_wide);
  return model;
}

std::map<std::string, std::string> metadata_of_biggan(const ModelConfig& model) {
  const BigGanConfig& c = model.biggan;
  const auto truth = [](bool value) { return value ? "True" : "False"; };
  std::map<std::string, std::string> texts = {{"resolution", std::to_string(model.resolution)},
                                              {"n_classes", std::to_string(model.classes)},
                                              {"G_ch", std::to_string(c.g_ch)},
                                              {"D_ch", std::to_string(c.d_ch)},
                                              {"dim_z", std::to_string(c.dim_z)},
                                              {"G_attn", c.g_attn},
                                              {"D_attn", c.d_attn},
                                              {"G_shared", truth(c.g_shared)},
                                              {"shared_dim", std::to_string(c.shared_dim)},
                                              {"hier", truth(c.hier)},
                                              {"SN_eps", Curve(c.sn_eps).text()},
                                              {"BN_eps", Curve(c.bn_eps).text()}};
  if (model.channels != 3) texts["img_channels"] = std::to_string(model.channels);
  if (!c.d_wide) texts["D_wide"] = truth(c.d_wide);
  return texts;
}

}  // namespace centigan
