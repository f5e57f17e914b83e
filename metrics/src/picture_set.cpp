#include "centigan/metrics/picture_set.h"

#include <ATen/ATen.h>

#include <cstdio>
#include <filesystem>

namespace centigan {

void GeneratedPictures::add(const torch::Tensor& images, const std::vector<uint64_t>& seeds) {
  for (size_t i = 0; i < seeds.size(); ++i) {
    const auto pixels = images[static_cast<int64_t>(i)].contiguous();
    hash_.add(picture_name(seeds[i])).add(pixels.const_data_ptr(), pixels.nbytes());
  }
  count_ += static_cast<int64_t>(seeds.size());
}

PictureSet GeneratedPictures::finish() {
  PictureSet set;
  set.pictures = count_, set.source = "gen8", set.fingerprint = hash_.hex();
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
