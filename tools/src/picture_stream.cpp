#include "picture_stream.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <future>
#include <numeric>

#include "centigan/core/error.h"
#include "centigan/core/hash.h"
#include "centigan/core/image.h"
#include "centigan/core/log.h"
#include "centigan/data/class_labels.h"
#include "centigan/data/pack.h"
#include "centigan/data/picture.h"
#include "centigan/data/source.h"
#include "centigan/metrics/picture_set.h"
#include "centigan/models/drawing.h"
#include "drawing.h"

namespace centigan {
namespace {

struct Decoded {
  at::Tensor picture;
  std::string problem;
};

Decoded decode_file(const PictureSource& source, const std::string& name) {
  Decoded result;
  std::vector<uint8_t> bytes;
  result.problem = source.read(name, ScanLimits{}.max_bytes, bytes);
  if (!result.problem.empty()) return result;
  ScanLimits limits;
  limits.min_side = 1;
  const ImageScan scan = scan_image(bytes.data(), bytes.size(), limits);
  result.problem = scan.problem;
  Picture picture;
  if (!scan.good() || !decode_image(bytes.data(), bytes.size(), scan, picture, result.problem)) return result;
  result.picture = picture_planes(with_channels(picture, 3, Background()));
  return result;
}

std::vector<std::string> printable(const std::vector<std::string>& names) {
  std::vector<std::string> texts;
  for (const std::string& name : names) texts.push_back(escaped(name));
  return texts;
}

// The next piece is decoded while the caller works on this one.
class FolderStream final : public PictureStream {
 public:
  FolderStream(const std::string& folder, int64_t most, bool strict)
      : folder_(folder), source_(open_source(folder)), strict_(strict) {
    const FolderListing& listing = source_->listing();
    names_ = listing.files;
    names_.erase(std::remove(names_.begin(), names_.end(), "grid.png"), names_.end());
    std::sort(names_.begin(), names_.end(), PictureOrder(names_));
    for (const auto& [name, reason] : listing.skipped) warn("eval: " + escaped(name) + ": " + reason);
    if (names_.empty()) fail("eval", folder, "the folder holds no pictures", "name a folder of PNG, JPEG or BMP files");
    if (most > 0 && static_cast<int64_t>(names_.size()) > most) names_.resize(static_cast<size_t>(most));
  }
  int64_t count() const override { return static_cast<int64_t>(names_.size()); }
  std::string name(int64_t index) const override { return names_.at(static_cast<size_t>(index)); }
  std::string source() const override { return source_of(names_); }

  std::vector<at::Tensor> read(int64_t first, int64_t count) override {
    const bool ahead = next_.valid() && first == next_first_ && count == next_count_;
    const std::vector<Decoded> piece = ahead ? next_.get() : decode(first, count);
    const bool in_turn = first == end_;
    end_ = first + count;
    if (in_turn && end_ < this->count()) decode_ahead(end_, count);
    std::vector<at::Tensor> pictures;
    for (size_t i = 0; i < piece.size(); ++i) {
      if (!piece[i].problem.empty()) refuse(name(first + static_cast<int64_t>(i)), piece[i].problem);
      pictures.push_back(piece[i].picture);
    }
    return pictures;
  }

  // Bytes of files instead of pixels: a set is known before it is decoded.
  std::string contents() const override {
    Sha256 all;
    for (const auto& file : names_) {
      std::vector<uint8_t> bytes;
      const std::string problem = source_->read(file, ScanLimits{}.max_bytes, bytes);
      all.add(file).add("\0", 1).add(Sha256().add(bytes.data(), bytes.size()).hex()).add(problem);
    }
    return all.hex();
  }

  PictureClasses classes() const override {
    DataConfig config;
    config.path = folder_;
    const ClassLabels labels = find_labels(*source_, config, names_);
    PictureClasses classes = {printable(labels.names), {}};
    for (const std::string& name : names_) classes.of.push_back(labels.names.empty() ? 0 : labels.of.at(name));
    return classes;
  }

 private:
  void decode_ahead(int64_t first, int64_t count) {
    next_first_ = first, next_count_ = count;
    next_ = std::async(std::launch::async, [this, first, count] { return decode(first, count); });
  }
  std::vector<Decoded> decode(int64_t first, int64_t count) const {
    std::vector<Decoded> piece;
    const int64_t end = std::min(first + count, this->count());
    for (int64_t i = first; i < end; ++i) piece.push_back(decode_file(*source_, name(i)));
    return piece;
  }
  void refuse(const std::string& file, const std::string& problem) const {
    if (strict_) fail("eval", file, problem, "repair or remove it, or leave out --strict");
    warn("eval: " + escaped(file) + ": " + problem + "; it is left out");
  }

  std::string folder_;
  std::unique_ptr<PictureSource> source_;
  bool strict_;
  std::vector<std::string> names_;
  std::future<std::vector<Decoded>> next_;
  int64_t next_first_ = 0, next_count_ = 0;  // of the piece that is decoded ahead
  int64_t end_ = 0;                          // of what was read last
};

class DatasetStream final : public PictureStream {
 public:
  DatasetStream(std::shared_ptr<Dataset> data, const std::string& resolution, int64_t most = 0)
      : data_(std::move(data)),
        resolution_(resolution),
        count_(most > 0 ? std::min(most, data_->size()) : data_->size()) {}
  int64_t count() const override { return count_; }
  std::string name(int64_t index) const override { return data_->name(index); }
  std::string resolution() const override { return resolution_; }
  std::string contents() const override {
    return data_->fingerprint() + (count_ < data_->size() ? ", the first " + std::to_string(count_) : "");
  }
  std::string fingerprint() const override { return count_ < data_->size() ? "" : data_->fingerprint(); }
  std::string source() const override {
    std::vector<std::string> names;
    for (int64_t i = 0; i < count(); ++i) names.push_back(name(i));
    return source_of(names);
  }
  std::vector<at::Tensor> read(int64_t first, int64_t count) override {
    std::vector<at::Tensor> pictures;
    for (int64_t i = first; i < std::min(first + count, count_); ++i) pictures.push_back(data_->image(i));
    return pictures;
  }
  PictureClasses classes() const override {
    PictureClasses classes = {printable(data_->class_names()), {}};
    for (int64_t i = 0; i < count_; ++i) classes.of.push_back(data_->label(i));
    return classes;
  }

 private:
  std::shared_ptr<Dataset> data_;
  std::string resolution_;
  int64_t count_;
};

class DrawnStream final : public PictureStream {
 public:
  DrawnStream(std::shared_ptr<Run> run, uint64_t first, int64_t count, double psi)
      : run_(std::move(run)), first_(first), count_(count), psi_(psi) {}
  int64_t count() const override { return count_; }
  std::string name(int64_t index) const override { return picture_name(first_ + static_cast<uint64_t>(index)); }
  std::string source() const override { return "gen8"; }
  std::vector<at::Tensor> read(int64_t first, int64_t count) override {
    std::vector<uint64_t> seeds(static_cast<size_t>(std::min(count, count_ - first)));
    std::iota(seeds.begin(), seeds.end(), first_ + static_cast<uint64_t>(first));
    DrawRequest request = request_of_seeds(run_->generator->shape(), seeds);
    request.psi = psi_;
    return to_uint8(draw(*run_, request, "eval", /*quiet=*/true)).unbind();
  }
  PictureClasses classes() const override {
    PictureClasses classes = {run_->class_names, {}};
    const auto count = std::max<int64_t>(1, static_cast<int64_t>(classes.names.size()));
    for (int64_t i = 0; i < count_; ++i) classes.of.push_back(class_of_seed(first_ + static_cast<uint64_t>(i), count));
    return classes;
  }

 private:
  std::shared_ptr<Run> run_;
  uint64_t first_;
  int64_t count_;
  double psi_;
};

}  // namespace

std::unique_ptr<PictureStream> folder_stream(const std::string& folder, int64_t most, bool strict) {
  if (!is_pack(folder)) return std::make_unique<FolderStream>(folder, most, strict);
  const auto set = open_pack(folder);
  return std::make_unique<DatasetStream>(set, PictureSize(set->height(), set->width()).text(), most);
}

RunPictures run_pictures(const Run& run) {
  const ModelConfig& model = run.config.model;
  const PictureSize size(picture_height(model), picture_width(model));
  const DataConfig data = data_config_of(run.config);
  const DataSplit split = split_holdout(open_dataset(data, size, model.channels), data);
  RunPictures pictures;
  pictures.training = std::make_shared<DatasetStream>(split.training, size.text());
  pictures.data = split.training, pictures.unseen = split.holdout;
  if (split.holdout) pictures.held_out = std::make_shared<DatasetStream>(split.holdout, size.text());
  return pictures;
}

std::unique_ptr<PictureStream> drawn_stream(std::shared_ptr<Run> run, uint64_t first, int64_t count, double psi) {
  return std::make_unique<DrawnStream>(std::move(run), first, count, psi);
}

}  // namespace centigan
