// The other common form of the FID network's weights: a state dict with torchvision's names.
#include <ATen/ATen.h>

#include "centigan/core/error.h"
#include "inception.h"

namespace centigan {
namespace {

using Tensors = std::map<std::string, at::Tensor>;
using Names = std::map<std::string, std::string>;

// Ours -> theirs, without what both call the same.
const Names kStem = {{"conv", "Conv2d_1a_3x3"},
                     {"conv_1", "Conv2d_2a_3x3"},
                     {"conv_2", "Conv2d_2b_3x3"},
                     {"conv_3", "Conv2d_3b_1x1"},
                     {"conv_4", "Conv2d_4a_3x3"}};
const Names kBlocks = {{"mixed", "Mixed_5b"},   {"mixed_1", "Mixed_5c"}, {"mixed_2", "Mixed_5d"},
                       {"mixed_3", "Mixed_6a"}, {"mixed_4", "Mixed_6b"}, {"mixed_5", "Mixed_6c"},
                       {"mixed_6", "Mixed_6d"}, {"mixed_7", "Mixed_6e"}, {"mixed_8", "Mixed_7a"},
                       {"mixed_9", "Mixed_7b"}, {"mixed_10", "Mixed_7c"}};
const Names kEnd = {{"conv", "branch1x1"},
                    {"tower_conv", "branch3x3_1"},
                    {"tower_mixed_conv", "branch3x3_2a"},
                    {"tower_mixed_conv_1", "branch3x3_2b"},
                    {"tower_1_conv", "branch3x3dbl_1"},
                    {"tower_1_conv_1", "branch3x3dbl_2"},
                    {"tower_1_mixed_conv", "branch3x3dbl_3a"},
                    {"tower_1_mixed_conv_1", "branch3x3dbl_3b"},
                    {"tower_2_conv", "branch_pool"}};

// Names of the two towers by the kind of block, 'A' to 'D'.
std::string tower_name(char kind, bool second) {
  if (kind == 'A') return second ? "branch3x3dbl_" : "branch5x5_";
  if (kind == 'B') return "branch3x3dbl_";
  if (kind == 'C') return second ? "branch7x7dbl_" : "branch7x7_";
  return second ? "branch7x7x3_" : "branch3x3_";
}

std::string branch_name(char kind, const std::string& ours) {
  if (ours == "conv") return kind == 'B' ? "branch3x3" : "branch1x1";
  if (ours == "tower_2.conv") return "branch_pool";
  const size_t number = ours.rfind('_') != std::string::npos && ours.back() != 'v' ? ours.back() - '0' : 0;
  return tower_name(kind, ours.compare(0, 8, "tower_1.") == 0) + std::to_string(number + 1);
}

std::string torchvision_name(const std::string& ours) {
  const size_t dot = ours.find('.');
  if (dot == std::string::npos) return kStem.at(ours);
  const std::string block = kBlocks.at(ours.substr(0, dot)), branch = ours.substr(dot + 1);
  const std::string stage = block.substr(6);
  const char kind = stage[0] == '5' ? 'A' : stage == "6a" ? 'B' : stage[0] == '6' ? 'C' : stage == "7a" ? 'D' : 'E';
  return block + "." + (kind == 'E' ? kEnd.at(branch) : branch_name(kind, branch));
}

at::Tensor taken(const Tensors& tensors, const std::string& name) {
  const auto found = tensors.find(name);
  return found == tensors.end() ? at::Tensor() : found->second;
}

}  // namespace

std::map<std::string, torch::Tensor> inception_archive_names(const std::map<std::string, torch::Tensor>& tensors,
                                                             const std::string& source) {
  if (tensors.count("Conv2d_1a_3x3.conv.weight") == 0) return tensors;
  Tensors renamed;
  for (const auto& conv : inception_convs()) {
    const std::string theirs = torchvision_name(conv.name), ours = kInceptionPrefix + conv.name;
    const at::Tensor gamma = taken(tensors, theirs + ".bn.weight");
    if (gamma.defined() && !gamma.eq(1).all().item<bool>())
      fail("metrics", source, theirs + ".bn.weight is not 1 everywhere: this is not the network of 2015",
           "give the state dict of pt_inception-2015-12-05");
    for (const auto& [part, name] : Names{{".weight", ".conv.weight"},
                                          {".beta", ".bn.bias"},
                                          {".mean", ".bn.running_mean"},
                                          {".var", ".bn.running_var"}}) {
      if (const at::Tensor tensor = taken(tensors, theirs + name); tensor.defined()) renamed[ours + part] = tensor;
    }
  }
  if (const at::Tensor last = taken(tensors, kClassifierName); last.defined()) renamed[kClassifierName] = last;
  return renamed;
}

}  // namespace centigan
