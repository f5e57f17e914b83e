#include "centigan/core/snapshot.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/scalar_tensor.h>

#include <sstream>

#include "centigan/core/error.h"
#include "centigan/core/hash.h"
#include "element_type.h"

namespace centigan {
namespace {

const char* const kSnapshotHint = "it was written by another version or another kind of run";

std::string tensor_form(const torch::Tensor& tensor) {
  std::ostringstream text;
  text << at::toString(tensor.scalar_type()) << tensor.sizes();
  return text.str();
}

template <class Map>
const typename Map::mapped_type& snapshot_entry(const Map& entries, const std::string& name) {
  const auto found = entries.find(name);
  if (found == entries.end()) fail("checkpoint", name, "is missing", kSnapshotHint);
  return found->second;
}

const torch::Tensor& scalar_entry(const Snapshot& snapshot, const std::string& name, at::ScalarType type) {
  const torch::Tensor& tensor = snapshot.tensor(name);
  if (tensor.scalar_type() != type || tensor.numel() != 1) {
    fail("checkpoint", name, "is " + tensor_form(tensor) + ", not one " + at::toString(type), kSnapshotHint);
  }
  return tensor;
}

std::map<std::string, torch::Tensor> module_tensors(const torch::nn::Module& module, const std::string& prefix) {
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& item : module.named_parameters()) tensors[prefix + item.key()] = item.value();
  for (const auto& item : module.named_buffers()) tensors[prefix + item.key()] = item.value();
  for (auto it = tensors.begin(); it != tensors.end();) it = it->second.defined() ? std::next(it) : tensors.erase(it);
  return tensors;
}

// One line for each tensor that is missing, of another form, or not part of the module.
std::string tensor_differences(const std::map<std::string, torch::Tensor>& mine, const std::string& prefix,
                               const Snapshot& snapshot) {
  std::string list;
  for (const auto& [name, tensor] : mine) {
    const auto found = snapshot.tensors.find(name);
    if (found == snapshot.tensors.end()) {
      list += "\n    " + name + ": missing in the file, here " + tensor_form(tensor);
    } else if (tensor_form(found->second) != tensor_form(tensor)) {
      list += "\n    " + name + ": " + tensor_form(found->second) + " in the file, here " + tensor_form(tensor);
    }
  }
  for (auto it = snapshot.tensors.lower_bound(prefix); it != snapshot.tensors.end(); ++it) {
    if (it->first.compare(0, prefix.size(), prefix) != 0) break;
    if (!mine.count(it->first))
      list += "\n    " + it->first + ": " + tensor_form(it->second) + " in the file, not here";
  }
  return list;
}

bool has_prefix(const std::string& name, const std::vector<std::string>& prefixes) {
  for (const std::string& prefix : prefixes) {
    if (name.compare(0, prefix.size(), prefix) == 0) return true;
  }
  return prefixes.empty();
}

}  // namespace

void Snapshot::put(const std::string& name, int64_t value) {
  tensors[name] = at::scalar_tensor(value, at::kLong);
}

void Snapshot::put(const std::string& name, double value) {
  tensors[name] = at::scalar_tensor(value, at::kDouble);
}

int64_t Snapshot::integer(const std::string& name) const {
  return scalar_entry(*this, name, at::kLong).item<int64_t>();
}

double Snapshot::number(const std::string& name) const {
  return scalar_entry(*this, name, at::kDouble).item<double>();
}

const torch::Tensor& Snapshot::tensor(const std::string& name) const {
  return snapshot_entry(tensors, name);
}

const std::string& Snapshot::text(const std::string& name) const {
  return snapshot_entry(texts, name);
}

void save_module(const torch::nn::Module& module, const std::string& prefix, Snapshot& snapshot) {
  for (const auto& [name, tensor] : module_tensors(module, prefix)) {
    snapshot.tensors[name] = tensor.detach().to(at::kCPU, /*non_blocking=*/false, /*copy=*/true).contiguous();
  }
}

void load_module(torch::nn::Module& module, const std::string& prefix, const Snapshot& snapshot,
                 const std::string& source) {
  const at::NoGradGuard no_grad;
  auto mine = module_tensors(module, prefix);
  const std::string differences = tensor_differences(mine, prefix, snapshot);
  if (!differences.empty()) {
    fail("checkpoint", source, "the network is another one:" + differences,
         "use the configuration it was trained with");
  }
  for (auto& [name, tensor] : mine) tensor.copy_(snapshot.tensors.at(name));
}

std::string module_differences(const torch::nn::Module& module, const std::string& prefix, const Snapshot& snapshot) {
  return tensor_differences(module_tensors(module, prefix), prefix, snapshot);
}

std::string hash_snapshot(const Snapshot& snapshot, const std::vector<std::string>& prefixes) {
  Sha256 hash;
  for (const auto& [name, tensor] : snapshot.tensors) {
    if (!has_prefix(name, prefixes)) continue;
    const torch::Tensor plain = plain_tensor(tensor);
    hash.add(name + "\n" + tensor_form(plain) + "\n").add(plain.data_ptr(), plain.nbytes());
  }
  return hash.hex();
}

}  // namespace centigan
