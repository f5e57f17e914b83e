#include <ATen/ops/empty.h>

#include <cstring>
#include <numeric>

#include "centigan/core/error.h"
#include "centigan/data/pack.h"
#include "load.h"
#include "pack_file.h"
#include "pack_open.h"
#include "split.h"

namespace centigan {
namespace {

// Some pictures of a pack, as they are or brought to another size; in memory, or read one by one.
class PackDataset final : public Dataset {
 public:
  PackDataset(std::shared_ptr<PackFile> file, std::vector<size_t> chosen, PictureSize size, int64_t channels,
              const DataConfig& config)
      : file_(std::move(file)),
        chosen_(std::move(chosen)),
        size_(size),
        channels_(channels),
        labelled_(config.labels != "none"),
        options_(load_options(config)) {}

  int64_t size() const override { return static_cast<int64_t>(chosen_.size()); }
  int64_t channels() const override { return channels_; }
  int64_t height() const override { return size_.height; }
  int64_t width() const override { return size_.width; }
  int64_t classes() const override { return labelled_ ? static_cast<int64_t>(file_->class_names().size()) : 0; }
  int64_t label(int64_t i) const override { return labelled_ ? file_->label(place(i)) : 0; }
  std::string name(int64_t i) const override { return file_->name(place(i)); }
  std::string pixel_hash(int64_t i) const override { return file_->pixel_hash(place(i)); }
  bool streams() const override { return !memory_.defined(); }
  std::vector<std::string> class_names() const override {
    return labelled_ ? file_->class_names() : std::vector<std::string>();
  }
  // A whole pack is the folder that it was made of.
  std::string fingerprint() const override {
    const bool whole = as_stored() && size() == file_->count();
    return whole ? with_labels(file_->fingerprint(), *this) : fingerprint_of(*this);
  }
  torch::Tensor image(int64_t i) const override { return memory_.defined() ? memory_.select(0, i) : read(i); }

  int64_t bytes() const { return size() * channels_ * size_.height * size_.width; }
  void take_into_memory() {
    torch::Tensor all = at::empty({size(), channels_, size_.height, size_.width}, at::kByte);
    in_parallel(chosen_.size(), [&](size_t i) {
      const torch::Tensor one = read(static_cast<int64_t>(i));
      std::memcpy(all.mutable_data_ptr<uint8_t>() + i * static_cast<size_t>(one.numel()), one.const_data_ptr<uint8_t>(),
                  static_cast<size_t>(one.numel()));
    });
    memory_ = all;
  }

 private:
  int64_t place(int64_t i) const { return static_cast<int64_t>(chosen_.at(static_cast<size_t>(i))); }
  bool as_stored() const {
    const PackIndex& stored = file_->index();
    return stored.channels == static_cast<uint64_t>(channels_) &&
           stored.height == static_cast<uint64_t>(size_.height) && stored.width == static_cast<uint64_t>(size_.width);
  }
  torch::Tensor read(int64_t i) const {
    torch::Tensor picture = at::empty({channels_, size_.height, size_.width}, at::kByte);
    if (as_stored())
      file_->read(place(i), picture.mutable_data_ptr<uint8_t>());
    else
      convert(i, picture.mutable_data_ptr<uint8_t>());
    return picture;
  }
  void convert(int64_t i, uint8_t* planes) const {
    const PackIndex& stored = file_->index();
    const auto area = static_cast<size_t>(stored.height * stored.width),
               channels = static_cast<size_t>(stored.channels);
    std::vector<uint8_t> raw(area * channels);
    file_->read(place(i), raw.data());
    Picture picture{static_cast<int64_t>(stored.width), static_cast<int64_t>(stored.height),
                    static_cast<int64_t>(stored.channels), std::vector<uint8_t>(raw.size())};
    for (size_t p = 0; p < area; ++p)
      for (size_t c = 0; c < channels; ++c) picture.pixels[p * channels + c] = raw[c * area + p];
    const Background& behind = options_.background;
    picture = fitted(with_channels(picture, channels_, behind), size_, options_.fit, options_.filter, behind);
    const size_t wanted = static_cast<size_t>(channels_), room = picture.pixels.size() / wanted;
    for (size_t p = 0; p < room; ++p)
      for (size_t c = 0; c < wanted; ++c) planes[c * room + p] = picture.pixels[p * wanted + c];
  }

  std::shared_ptr<PackFile> file_;
  std::vector<size_t> chosen_;
  PictureSize size_;
  int64_t channels_;
  bool labelled_;
  LoadOptions options_;
  torch::Tensor memory_;
};

PictureSize stored_size(const PackFile& file) {
  return {static_cast<int64_t>(file.index().height), static_cast<int64_t>(file.index().width)};
}

void report_classes(const Dataset& data, DataReport& report) {
  if (data.classes() == 0) return;
  std::vector<int64_t> counts(static_cast<size_t>(data.classes()));
  for (int64_t i = 0; i < data.size(); ++i) ++counts[static_cast<size_t>(data.label(i))];
  report.notes.push_back(classes_sentence(data.class_names(), counts));
}

}  // namespace

bool is_pack(const std::string& path) {
  return begins_with(path, kPackMagic);
}

std::shared_ptr<Dataset> open_pack(const std::string& path) {
  const auto file = std::make_shared<PackFile>(path);
  std::vector<size_t> all(static_cast<size_t>(file->count()));
  std::iota(all.begin(), all.end(), size_t{0});
  const auto channels = static_cast<int64_t>(file->index().channels);
  return std::make_shared<PackDataset>(file, all, stored_size(*file), channels, DataConfig());
}

std::shared_ptr<Dataset> open_pack_dataset(const DataConfig& config, PictureSize size, int64_t channels,
                                           DataReport& report) {
  if (config.labels != "auto" && config.labels != "none" && config.labels != "coarse")
    fail_usage("data", "data.labels", escaped(config.labels) + " is not for a pack, which has labels of its own",
               "auto or none; other labels are given to `centigan pack`");
  const auto file = std::make_shared<PackFile>(config.path);
  const std::vector<size_t> chosen = chosen_subset(file->names(), config);
  const auto data = std::make_shared<PackDataset>(file, chosen, size, channels, config);
  const int64_t mib = data->bytes() >> 20;
  if (mib <= config.memory) data->take_into_memory();
  report.used = data->size();
  report.notes.push_back("a pack of " + std::to_string(file->count()) + " pictures of " + stored_size(*file).text() +
                         (data->streams() ? ", read while it is trained on: " + std::to_string(mib) +
                                                " MiB are more than data.memory " + std::to_string(config.memory)
                                          : ", held in memory"));
  report_classes(*data, report);
  if (size.height > stored_size(*file).height || size.width > stored_size(*file).width)
    report.warnings.push_back("the pack's pictures are smaller than " + size.text() + " and are enlarged");
  return data;
}

}  // namespace centigan
