// Sets of pictures that are measured against each other.
#pragma once
#include <torch/types.h>

#include <string>
#include <vector>

#include "centigan/core/hash.h"
#include "centigan/data/dataset.h"

namespace centigan {

// What recipes say of a set.
struct PictureSet {
  int64_t pictures = 0;
  std::string source;  // png, jpeg, mixed, gen8
  std::string resolution = "native";
  std::string fingerprint;  // SHA-256 over names and pixels
  int64_t count() const { return pictures; }
};

// Pictures that a network draws, piece by piece, never files. The fingerprint is that of a folder which holds them
// under their usual names.
class GeneratedPictures {
 public:
  void add(const torch::Tensor& images, const std::vector<uint64_t>& seeds);  // uint8 [N,C,H,W]
  PictureSet finish();

 private:
  Sha256 hash_;
  int64_t count_ = 0;
};

// The recipe's word for files of these names: png (anything without loss), jpeg, or mixed.
std::string source_of(const std::vector<std::string>& names);

// "seed00017.png"
std::string picture_name(uint64_t seed);

}  // namespace centigan
