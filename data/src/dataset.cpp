#include "centigan/data/dataset.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/stack.h>

#include <algorithm>

#include "centigan/core/error.h"
#include "load.h"
#include "split.h"

namespace centigan {
namespace {

// uint8 [C,H,W] with its own memory.
torch::Tensor planes(const Picture& picture) {
  auto* pixels = const_cast<uint8_t*>(picture.pixels.data());
  return at::from_blob(pixels, {picture.height, picture.width, picture.channels}, at::kByte)
      .permute({2, 0, 1})
      .clone(at::MemoryFormat::Contiguous);
}

class FolderDataset final : public Dataset {
 public:
  explicit FolderDataset(const std::vector<LoadedPicture>& pictures) {
    const Picture& first = pictures.front().picture;
    const auto count = static_cast<int64_t>(pictures.size());
    images_ = at::empty({count, first.channels, first.height, first.width}, at::kByte);
    for (int64_t i = 0; i < count; ++i) {
      const LoadedPicture& loaded = pictures[static_cast<size_t>(i)];
      images_.select(0, i).copy_(planes(loaded.picture));
      names_.push_back(loaded.name);
    }
  }

  int64_t size() const override { return images_.size(0); }
  int64_t channels() const override { return images_.size(1); }
  int64_t height() const override { return images_.size(2); }
  int64_t width() const override { return images_.size(3); }
  int64_t classes() const override { return 0; }
  torch::Tensor image(int64_t index) const override { return images_.select(0, index); }
  int64_t label(int64_t) const override { return 0; }
  std::string name(int64_t index) const override { return names_.at(static_cast<size_t>(index)); }

  std::string fingerprint() const override { return fingerprint_of(*this); }

 private:
  torch::Tensor images_;
  std::vector<std::string> names_;
};

}  // namespace

std::shared_ptr<Dataset> open_dataset(const DataConfig& config, PictureSize size, int64_t channels,
                                      DataReport* report) {
  const bool fits = std::min(size.height, size.width) >= 1 && std::max(size.height, size.width) <= 4096;
  if (!fits || (channels != 1 && channels != 3 && channels != 4))
    fail_usage("data", "resolution " + size.text() + ", channels " + std::to_string(channels),
               "pictures are made 1 to 4096 pixels a side with 1, 3 or 4 channels", "256 and 3 are usual");
  DataReport unused;
  return std::make_shared<FolderDataset>(load_pictures(config, size, channels, report ? *report : unused));
}

torch::Tensor all_images(const Dataset& dataset) {
  std::vector<torch::Tensor> images;
  for (int64_t i = 0; i < dataset.size(); ++i) images.push_back(dataset.image(i));
  return at::stack(images);
}

std::vector<torch::Tensor> native_images(const DataConfig& config, DataReport* report) {
  DataReport unused;
  std::vector<torch::Tensor> images;
  for (const LoadedPicture& loaded : load_pictures(config, 0, 3, report ? *report : unused))
    images.push_back(planes(loaded.picture));
  return images;
}

}  // namespace centigan
