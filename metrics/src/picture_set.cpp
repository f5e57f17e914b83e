#include "centigan/metrics/picture_set.h"

#include <ATen/ATen.h>

#include <cstdio>
#include <filesystem>

#include "centigan/core/hash.h"

namespace centigan {
namespace {

std::string fingerprint_of(const std::vector<std::string>& names, const std::vector<at::Tensor>& pictures) {
  Sha256 hash;
  for (size_t i = 0; i < pictures.size(); ++i) {
    const auto pixels = pictures[i].contiguous();
    hash.add(names[i]).add(pixels.data_ptr(), pixels.nbytes());
  }
  return hash.hex();
}

}  // namespace

PictureSet generated_pictures(const torch::Tensor& images, const std::vector<uint64_t>& seeds) {
  PictureSet set;
  std::vector<std::string> names;
  for (size_t i = 0; i < seeds.size(); ++i) {
    set.pictures.push_back(images[static_cast<int64_t>(i)]);
    names.push_back(picture_name(seeds[i]));
  }
  set.source = "gen8";
  set.fingerprint = fingerprint_of(names, set.pictures);
  return set;
}

std::string source_of(const std::vector<std::string>& names) {
  size_t jpeg = 0;
  for (const auto& name : names) {
    const std::string extension = std::filesystem::path(name).extension().string();
    jpeg += extension == ".jpg" || extension == ".jpeg" || extension == ".JPG" || extension == ".JPEG";
  }
  return jpeg == 0 ? "png" : jpeg == names.size() ? "jpeg" : "mixed";
}

std::string picture_name(uint64_t seed) {
  char name[40];
  std::snprintf(name, sizeof name, "seed%05llu.png", static_cast<unsigned long long>(seed));
  return name;
}

}  // namespace centigan
