// Writes a quantised lite generator as a .cgm file and a manifest.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "centigan/models/lite_quant.h"

namespace centigan {

// The canonical bytes of the format (docs/cgm-format.md, section 2), with the best hand-over stored. Version 1.0
// without names of classes, 1.1 with them.
std::vector<uint8_t> cgm_bytes(const QuantizedLite& model);

// Draws `seeds` pictures with the C runtime and with the exact integer pass, at three truncations, and compares the
// bytes; classes in turn, every fourth one drawn by the runtime. Also compares every arena size with the planner's. A
// difference, or a file the runtime refuses: Error that names it.
void check_parity(const std::vector<uint8_t>& bytes, const QuantizedLite& model, int64_t seeds = 16);

// What a user of the file wants to know, as `key = value` lines: hash, sizes, latent, MACs and arena for every quality
// and hand-over, names of classes, SHA-256 of the picture for seeds 0 … 7 (of class seed mod classes).
std::string cgm_manifest(const std::vector<uint8_t>& bytes, const QuantizedLite& model);

struct ExportedFiles {
  std::string cgm, manifest;  // paths
  int64_t bytes = 0, arena = 0, macs = 0;
};

// Checks parity, then writes `path` (…/name.cgm) and name.txt beside it, each atomically.
ExportedFiles export_cgm(const QuantizedLite& model, const std::string& path);

// The generator of a run (folder or checkpoint) in integers. A float lite generator is quantised as it is, which costs
// quality (warned); other families: usage error with the hint to distill first.
QuantizedLite model_of_run(const std::string& from, const std::string& name);

// It as the bytes of a .cgm file, parity checked; and as files.
std::vector<uint8_t> cgm_of_run(const std::string& from, const std::string& name);
ExportedFiles export_run(const std::string& from, const std::string& path);

}  // namespace centigan
