// Weights as the published implementations name them, in safetensors files: tensors "G_ema.…", "G.…", "D.…" and the
// sizes of the networks as text metadata. docs/stylegan2.md and docs/biggan.md list the keys.
#pragma once
#include <string>
#include <vector>

#include "centigan/core/safetensors.h"
#include "centigan/core/snapshot.h"
#include "centigan/models/model.h"

namespace centigan {

struct OfficialWeights {
  ModelConfig model;  // float32
  Snapshot networks;  // "G_ema/…" and, where the file has them, "G/…" and "D/…"
};

// Families whose official weights can be read.
std::vector<std::string> official_families();
// Whose networks a file holds, by its metadata.
std::string official_family(const Safetensors& file);

// Builds the networks that the metadata describes and compares. Missing or bad metadata, and every tensor that is
// missing, unknown, or of another shape or type: one Error with the whole list. Filters (resample_filter) may be
// missing, or stand where ours has none.
OfficialWeights read_official(const std::string& family, const Safetensors& file, const std::string& source);

// The other way round: networks "G_ema/", "G/" and "D/" of `snapshot` under official names. Other families travel under
// their own names.
Safetensors official_file(const ModelConfig& model, const Snapshot& snapshot);

}  // namespace centigan
