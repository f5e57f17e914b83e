// Writes a quantised lite generator as a .cgm file, C source and a manifest.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "centigan/models/lite_quant.h"

namespace centigan {

// The canonical bytes of format 1.0 (docs/cgm-format.md, section 5), with the best hand-over stored.
std::vector<uint8_t> cgm_bytes(const QuantizedLite& model);

// Draws `seeds` pictures with the C runtime and with the exact integer pass, at three truncations, and compares the
// bytes. Also compares every arena size with the planner's. A difference, or a file the runtime refuses: Error that
// names it.
void check_parity(const std::vector<uint8_t>& bytes, const QuantizedLite& model, int64_t seeds = 16);

// A C header: `static const` 8-byte aligned bytes and NAME_ARENA_BYTES, NAME from `name` (letters, digits, '_').
std::string cgm_as_c(const std::vector<uint8_t>& bytes, const std::string& name);

// What a user of the file wants to know, as `key = value` lines: hash, sizes, latent, MACs and arena for every quality
// and hand-over, SHA-256 of the picture for seeds 0 … 7.
std::string cgm_manifest(const std::vector<uint8_t>& bytes, const QuantizedLite& model);

struct ExportedFiles {
  std::string cgm, header, manifest;  // paths
  int64_t bytes = 0, arena = 0, macs = 0;
};

// Checks parity, then writes `path` (…/name.cgm), name.h and name.txt beside it, each atomically.
ExportedFiles export_cgm(const QuantizedLite& model, const std::string& path);

// Opens a run (folder or checkpoint) and exports it. A float lite generator is quantised as it is, which costs quality
// (warned); other families: usage error with the hint to distill first.
ExportedFiles export_run(const std::string& from, const std::string& path);

}  // namespace centigan
