// Everything that changes in a run, by name: the contents of a checkpoint.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <map>
#include <string>
#include <vector>

namespace centigan {

// Tensors and short texts under slash-separated names ("G/mapping.fc0.weight", "counters/images"). Numbers are 0-d
// int64 or float64 tensors. Ordered by name (byte order).
struct Snapshot {
  std::map<std::string, torch::Tensor> tensors;
  std::map<std::string, std::string> texts;

  void put(const std::string& name, int64_t value);
  void put(const std::string& name, double value);
  int64_t integer(const std::string& name) const;  // missing or of another type: Error that names it
  double number(const std::string& name) const;
  const torch::Tensor& tensor(const std::string& name) const;
  const std::string& text(const std::string& name) const;
};

// Parameters and buffers of `module` as detached copies on the CPU under prefix + state-dict name.
void save_module(const torch::nn::Module& module, const std::string& prefix, Snapshot& snapshot);

// Copies values into the module in place. Names, shapes and types are compared both ways; every difference is listed
// in one Error (`source` is the file).
void load_module(torch::nn::Module& module, const std::string& prefix, const Snapshot& snapshot,
                 const std::string& source);

// One line ("\n    name: …") for each tensor of `module` that is missing in the snapshot or of another shape or type,
// and for each one under `prefix` that the module does not have; "": it fits.
std::string module_differences(const torch::nn::Module& module, const std::string& prefix, const Snapshot& snapshot);

// SHA-256 over names, types, shapes and bytes of all tensors whose name starts with one of `prefixes` (empty: all).
std::string hash_snapshot(const Snapshot& snapshot, const std::vector<std::string>& prefixes = {});

// Checkpoint file: one HDF5 file behind a 512-byte user block with magic, version, length, step and SHA-256
// (docs/checkpoint-format.md). Written atomically; length and hash are checked before HDF5 opens the file. Both need
// memory for the file beside the snapshot. Main thread only: the HDF5 library is not thread-safe.
void write_checkpoint(const std::string& path, const Snapshot& snapshot, int64_t step);
Snapshot read_checkpoint(const std::string& path);

// The newest valid checkpoint of a folder (by the number in its name), or "" if it holds none at all. `rejected` gets
// one line for each newer file that is damaged. All damaged: Error.
std::string newest_checkpoint(const std::string& folder, std::vector<std::string>* rejected);

}  // namespace centigan
