// A set of pictures that remembers the pixels of what is read from it, at 32x32: 3 kB a picture, so that a generator
// need not draw twice.
#pragma once
#include <map>
#include <memory>

#include "picture_stream.h"

namespace centigan {

class PixelTap final : public PictureStream {
 public:
  explicit PixelTap(std::shared_ptr<PictureStream> inner) : inner_(std::move(inner)) {}
  int64_t count() const override { return inner_->count(); }
  std::string name(int64_t index) const override { return inner_->name(index); }
  std::string source() const override { return inner_->source(); }
  std::string resolution() const override { return inner_->resolution(); }
  std::string contents() const override { return inner_->contents(); }
  std::string fingerprint() const override { return inner_->fingerprint(); }
  PictureClasses classes() const override { return inner_->classes(); }
  std::vector<torch::Tensor> read(int64_t first, int64_t count) override;

  // float32 [n,3*32*32] (metrics/pixel_vectors.h) of pictures by their places; what was not read yet is read.
  torch::Tensor pixels(const std::vector<int64_t>& places);

 private:
  std::shared_ptr<PictureStream> inner_;
  std::map<int64_t, torch::Tensor> bytes_;
};

// Pixel vectors of the same pictures in a mirror.
torch::Tensor mirrored_pixels(const torch::Tensor& pixels);

}  // namespace centigan
