// `centigan import`: official weights become a checkpoint that every verb takes.
#include "../verbs.h"
#include "centigan/core/log.h"
#include "centigan/trainers/train.h"

namespace centigan {
namespace {

std::string summary(const OfficialWeights& weights) {
  int64_t values = 0;
  for (const auto& [name, tensor] : weights.networks.tensors) values += tensor.numel();
  const ModelConfig& model = weights.model;
  return model.family + ", " + std::to_string(picture_width(model)) + "x" + std::to_string(picture_height(model)) +
         "x" + std::to_string(model.channels) + ", " + std::to_string(model.classes) + " classes, " +
         std::to_string(weights.networks.tensors.size()) + " tensors of " + std::to_string(values) + " values";
}

bool holds_discriminator(const Snapshot& networks) {
  const auto first = networks.tensors.lower_bound("D/");
  return first != networks.tensors.end() && first->first.rfind("D/", 0) == 0;
}

int import_weights(const CommandLine& line) {
  const std::string family = line.one_of("model", official_families()), file = line.required("weights");
  const std::string out = line.required("out");
  const OfficialWeights weights = read_official(family, read_safetensors(file), file);
  if (!holds_discriminator(weights.networks)) warn("import: " + file + " holds no D: it draws, no more");
  write_checkpoint(out, checkpoint_of(weights), 0);
  say(out + ": " + summary(weights));
  return 0;
}

}  // namespace

Verb import_verb() {
  return {"import",
          "makes a checkpoint of official weights",
          "--model stylegan2 --weights FILE.safetensors --out FILE.h5",
          {{"model", "FAMILY", "stylegan2", "Family of the networks: stylegan2 or biggan."},
           {"weights", "FILE", "", "Weights with official names (tools/pkl-to-safetensors.py makes them)."},
           {"out", "FILE", "", "The checkpoint; every --from and `train --init` take it."}},
          {},
          0,
          import_weights};
}

}  // namespace centigan
