#include "centigan/models/official.h"

#include "biggan/metadata.h"
#include "centigan/core/error.h"
#include "stylegan2/metadata.h"

namespace centigan {
namespace {

const std::vector<std::string> kNetworks = {"G_ema.", "G.", "D."};

bool begins(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

bool is_filter(const std::string& name) {
  const std::string end = "resample_filter";
  return name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
}

Snapshot tensors_of(const Safetensors& file, const std::string& prefix) {
  Snapshot part;
  for (const auto& [name, tensor] : file.tensors)
    if (begins(name, prefix)) part.tensors[name] = tensor;
  return part;
}

// Filters follow from the configuration: those that are missing are ours, those without a place are left out.
void settle_filters(const torch::nn::Module& network, const std::string& prefix, Snapshot& part) {
  Snapshot mine;
  save_module(network, prefix, mine);
  for (const auto& [name, tensor] : mine.tensors)
    if (is_filter(name)) part.tensors.emplace(name, tensor);
  for (auto it = part.tensors.begin(); it != part.tensors.end();)
    it = is_filter(it->first) && !mine.tensors.count(it->first) ? part.tensors.erase(it) : std::next(it);
}

std::string strangers(const Safetensors& file) {
  std::string list;
  for (const auto& [name, tensor] : file.tensors) {
    bool known = false;
    for (const std::string& prefix : kNetworks) known = known || begins(name, prefix);
    if (!known) list += "\n    " + escaped(name) + ": belongs to none of G_ema, G and D";
  }
  return list;
}

void check_metadata(const ModelConfig& model, std::vector<std::string>& problems) {
  if (!problems.empty()) return;
  try {
    check_model_config(model);
  } catch (const Error& error) {
    const std::string text = error.what();
    problems.push_back(text.substr(0, text.find('\n')));
  }
}

[[noreturn]] void refuse(const std::string& family, const std::string& source, const std::string& list) {
  const std::string maker = family == "stylegan2" ? "tools/pkl-to-safetensors.py writes files that do; " : "";
  fail("import", source, "does not fit the published networks:" + list,
       maker + "docs/" + family + ".md lists names and metadata");
}

ModelConfig model_of_metadata(const std::string& family, const Safetensors& file, std::vector<std::string>& problems) {
  return family == "biggan" ? biggan_of_metadata(file, problems) : stylegan2_of_metadata(file, problems);
}

std::map<std::string, std::string> metadata_of_model(const ModelConfig& model) {
  if (model.family == "stylegan2") return metadata_of_stylegan2(model);
  if (model.family == "biggan") return metadata_of_biggan(model);
  ModelConfig shown = model;
  return {{"config", write_config(ConfigRef(shown))}};
}

// Adds the network to `networks` under "<name>/"; gives what does not fit.
std::string take(const torch::nn::Module& network, const std::string& prefix, const Safetensors& file,
                 Snapshot& networks) {
  Snapshot part = tensors_of(file, prefix);
  settle_filters(network, prefix, part);
  const std::string folder = prefix.substr(0, prefix.size() - 1) + "/";
  for (const auto& [name, tensor] : part.tensors) networks.tensors[folder + name.substr(prefix.size())] = tensor;
  return module_differences(network, prefix, part);
}

}  // namespace

std::vector<std::string> official_families() {
  return {"stylegan2", "biggan"};
}

std::string official_family(const Safetensors& file) {
  const auto named = file.metadata.find("family");
  if (named != file.metadata.end()) return named->second == "biggan" ? "biggan" : "stylegan2";
  return file.metadata.count("G_ch") > 0 ? "biggan" : "stylegan2";
}

OfficialWeights read_official(const std::string& family, const Safetensors& file, const std::string& source) {
  OfficialWeights weights;
  std::vector<std::string> problems;
  weights.model = model_of_metadata(family, file, problems);
  check_metadata(weights.model, problems);
  std::string list;
  for (const std::string& problem : problems) list += "\n    " + problem;
  if (!list.empty()) refuse(family, source, list);

  const auto generator = make_generator(weights.model, 0);
  const auto discriminator = make_discriminator(weights.model, 0);
  list = strangers(file);
  for (const std::string& prefix : kNetworks) {
    const auto first = file.tensors.lower_bound(prefix);
    if (prefix != "G_ema." && (first == file.tensors.end() || !begins(first->first, prefix))) continue;
    const torch::nn::Module& network = prefix == "D." ? static_cast<torch::nn::Module&>(*discriminator) : *generator;
    list += take(network, prefix, file, weights.networks);
  }
  if (!list.empty()) refuse(family, source, list);
  return weights;
}

Safetensors official_file(const ModelConfig& model, const Snapshot& snapshot) {
  Safetensors file;
  for (const std::string& prefix : kNetworks) {
    const std::string folder = prefix.substr(0, prefix.size() - 1) + "/";
    for (const auto& [name, tensor] : snapshot.tensors)
      if (begins(name, folder)) file.tensors[prefix + name.substr(folder.size())] = tensor;
  }
  file.metadata = metadata_of_model(model);
  file.metadata["family"] = model.family;
  return file;
}

}  // namespace centigan
