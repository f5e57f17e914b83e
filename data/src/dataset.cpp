#include "centigan/data/dataset.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/stack.h>

#include <algorithm>

#include "centigan/core/error.h"
#include "centigan/data/pack.h"
#include "load.h"
#include "pack_open.h"
#include "split.h"

namespace centigan {
namespace {

class FolderDataset final : public Dataset {
 public:
  explicit FolderDataset(const LoadedSet& set) : class_names_(set.class_names) {
    const std::vector<LoadedPicture>& pictures = set.pictures;
    const Picture& first = pictures.front().picture;
    const auto count = static_cast<int64_t>(pictures.size());
    images_ = at::empty({count, first.channels, first.height, first.width}, at::kByte);
    for (int64_t i = 0; i < count; ++i) {
      const LoadedPicture& loaded = pictures[static_cast<size_t>(i)];
      images_.select(0, i).copy_(picture_planes(loaded.picture));
      names_.push_back(loaded.name), labels_.push_back(loaded.label);
    }
  }

  int64_t size() const override { return images_.size(0); }
  int64_t channels() const override { return images_.size(1); }
  int64_t height() const override { return images_.size(2); }
  int64_t width() const override { return images_.size(3); }
  int64_t classes() const override { return static_cast<int64_t>(class_names_.size()); }
  torch::Tensor image(int64_t index) const override { return images_.select(0, index); }
  int64_t label(int64_t index) const override { return labels_.at(static_cast<size_t>(index)); }
  std::string name(int64_t index) const override { return names_.at(static_cast<size_t>(index)); }

  std::string fingerprint() const override { return fingerprint_of(*this); }
  std::vector<std::string> class_names() const override { return class_names_; }

 private:
  torch::Tensor images_;
  std::vector<std::string> names_, class_names_;
  std::vector<int64_t> labels_;
};

}  // namespace

torch::Tensor picture_planes(const Picture& picture) {
  auto* pixels = const_cast<uint8_t*>(picture.pixels.data());
  return at::from_blob(pixels, {picture.height, picture.width, picture.channels}, at::kByte)
      .permute({2, 0, 1})
      .clone(at::MemoryFormat::Contiguous);
}

std::vector<std::string> Dataset::class_names() const {
  std::vector<std::string> names;
  for (int64_t i = 0; i < classes(); ++i) names.push_back(std::to_string(i));
  return names;
}

std::shared_ptr<Dataset> open_dataset(const DataConfig& config, PictureSize size, int64_t channels,
                                      DataReport* report) {
  const bool fits = std::min(size.height, size.width) >= 1 && std::max(size.height, size.width) <= 4096;
  if (!fits || (channels != 1 && channels != 3 && channels != 4))
    fail_usage("data", "resolution " + size.text() + ", channels " + std::to_string(channels),
               "pictures are made 1 to 4096 pixels a side with 1, 3 or 4 channels", "256 and 3 are usual");
  DataReport unused;
  DataReport& met = report ? *report : unused;
  if (is_pack(config.path)) return open_pack_dataset(config, size, channels, met);
  return std::make_shared<FolderDataset>(load_pictures(config, size, channels, met));
}

void require_classes(const Dataset& dataset, int64_t classes) {
  const std::vector<std::string> names = dataset.class_names();
  const std::string has = names.empty() ? "no labels" : std::to_string(names.size()) + " classes";
  if (static_cast<int64_t>(names.size()) != classes)
    fail_usage("data", "model.classes", "is " + std::to_string(classes) + ", and the pictures have " + has,
               names.empty() ? "put the pictures of each class into a folder of its own, or leave model.classes at 0"
                             : "set model.classes to " + std::to_string(names.size()));
  std::vector<bool> seen(names.size());
  for (int64_t i = 0; i < dataset.size(); ++i) seen[static_cast<size_t>(dataset.label(i))] = true;
  const auto empty = static_cast<size_t>(std::find(seen.begin(), seen.end(), false) - seen.begin());
  if (empty < names.size())
    fail("data", escaped(names[empty]), "is a class without a picture to train on",
         "add some, leave the class out, or choose a larger data.subset or a smaller data.holdout");
}

torch::Tensor all_images(const Dataset& dataset) {
  std::vector<torch::Tensor> images;
  for (int64_t i = 0; i < dataset.size(); ++i) images.push_back(dataset.image(i));
  return at::stack(images);
}

std::vector<torch::Tensor> native_images(const DataConfig& config, DataReport* report) {
  DataReport unused;
  std::vector<torch::Tensor> images;
  for (const LoadedPicture& loaded : load_pictures(config, 0, 3, report ? *report : unused).pictures)
    images.push_back(picture_planes(loaded.picture));
  return images;
}

}  // namespace centigan
