#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/hash.h"
#include "centigan/data/class_labels.h"
#include "centigan/data/pack.h"
#include "load.h"
#include "pack_file.h"
#include "pack_hdf5.h"
#include "split.h"

namespace centigan {
namespace {

constexpr uint64_t kChunkBytes = 1 << 20, kBatchBytes = 16 << 20;

// What is packed, known before a picture is decoded.
struct PackPlan {
  std::unique_ptr<PictureSource> source;
  LoadOptions options{};
  std::vector<PictureAttempt> pictures;  // of the subset, in the order of the set
  ClassLabels labels;
  PictureSize size = 0;
  int64_t channels = 3;
};

// One batch on its way.
struct PackedPicture {
  PictureAttempt attempt;
  std::string source_hash;
  std::vector<uint8_t> planes;
};

std::vector<uint8_t> planes_of(const Picture& picture) {
  const size_t channels = static_cast<size_t>(picture.channels), area = picture.pixels.size() / channels;
  std::vector<uint8_t> planes(picture.pixels.size());
  for (size_t p = 0; p < area; ++p)
    for (size_t c = 0; c < channels; ++c) planes[c * area + p] = picture.pixels[p * channels + c];
  return planes;
}

std::pair<int64_t, int64_t> upright_size(const PictureAttempt& a, const LoadOptions& options) {
  const bool turned = options.rotate && a.scan.orientation >= 5;
  return turned ? std::make_pair(a.scan.height, a.scan.width) : std::make_pair(a.scan.width, a.scan.height);
}

PictureSize common_size(const PackPlan& plan, const std::string& path) {
  const auto first = upright_size(plan.pictures.front(), plan.options);
  for (const PictureAttempt& a : plan.pictures)
    if (upright_size(a, plan.options) != first)
      fail_usage("pack", path,
                 "the pictures have several sizes, such as " + PictureSize(first.second, first.first).text() + " and " +
                     PictureSize(a.scan.height, a.scan.width).text(),
                 "give the size that all of them shall have: --resolution 64, or 64x48");
  return {first.second, first.first};
}

PackPlan plan_pack(const DataConfig& config, PictureSize size, int64_t channels, DataReport& report) {
  if (is_pack(config.path)) fail_usage("pack", config.path, "is a pack already", "give what it was made of");
  PackPlan plan;
  plan.options = load_options(config), plan.channels = channels;
  plan.source = open_source(config.path);
  std::vector<PictureAttempt> found = listed_pictures(plan.source->listing());
  in_parallel(found.size(), [&](size_t i) { scan_picture(*plan.source, plan.options, found[i]); });
  plan.pictures = chosen_good(std::move(found), config, report);
  std::vector<std::string> names;
  for (const PictureAttempt& a : plan.pictures) names.push_back(a.name);
  plan.labels = find_labels(*plan.source, config, names);
  plan.size = size.width == 0 ? common_size(plan, config.path) : size;
  return plan;
}

std::vector<uint8_t> padded(const std::vector<std::string>& texts, uint64_t& room) {
  room = 1;
  for (const std::string& text : texts) room = std::max<uint64_t>(room, text.size());
  std::vector<uint8_t> bytes(texts.size() * room);
  for (size_t i = 0; i < texts.size(); ++i)
    std::copy(texts[i].begin(), texts[i].end(), bytes.begin() + static_cast<int64_t>(i * room));
  return bytes;
}

PackHash hash_of(const std::vector<uint8_t>& bytes) {
  return Sha256().add(bytes.data(), bytes.size()).digest();
}

std::vector<uint8_t> from_hex(const std::string& hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

class PackWriter {
 public:
  PackWriter(const PackPlan& plan, const DataConfig& config, DataReport& report, const std::string& path)
      : plan_(plan), config_(config), report_(report), path_(path), index_(empty_index(plan)), hdf5_(path, index_) {
    shape_ =
        std::to_string(plan.channels) + "x" + std::to_string(plan.size.height) + "x" + std::to_string(plan.size.width);
  }

  void write(const std::function<void(int64_t, int64_t)>& watch) {
    const uint64_t chunk_bytes = index_.chunk * index_.picture_bytes();
    const size_t batch = index_.chunk * std::max<uint64_t>(1, kBatchBytes / chunk_bytes), all = plan_.pictures.size();
    for (size_t first = 0; first < all; first += batch) {
      const size_t count = std::min(batch, all - first);
      add_batch(first, count);
      watch(static_cast<int64_t>(first + count), static_cast<int64_t>(all));
    }
    finish();
  }
  int64_t count() const { return static_cast<int64_t>(names_.size()); }

 private:
  static PackIndex empty_index(const PackPlan& plan) {
    PackIndex index;
    index.channels = static_cast<uint64_t>(plan.channels), index.height = static_cast<uint64_t>(plan.size.height);
    index.width = static_cast<uint64_t>(plan.size.width), index.classes = plan.labels.names.size();
    while (2 * index.chunk * index.picture_bytes() <= kChunkBytes && 2 * index.chunk <= plan.pictures.size())
      index.chunk *= 2;
    return index;
  }

  void add_batch(size_t first, size_t count) {
    std::vector<PackedPicture> batch(count);
    in_parallel(count, [&](size_t i) {
      PackedPicture& one = batch[i];
      one.attempt.name = plan_.pictures[first + i].name;
      try_picture(*plan_.source, plan_.options, plan_.size, plan_.channels, one.attempt, &one.source_hash);
      if (one.attempt.problem.empty()) one.planes = planes_of(one.attempt.picture);
    });
    std::vector<uint8_t> pixels;
    uint64_t good = 0;
    for (const PackedPicture& one : batch) good += add(one, pixels);
    if (good > 0) hdf5_.append(pixels.data(), good);
  }

  bool add(const PackedPicture& one, std::vector<uint8_t>& pixels) {
    const std::string& name = one.attempt.name;
    if (!one.attempt.problem.empty())
      return skip_picture(name, one.attempt.problem, one.attempt.hint, config_, report_), false;
    const PackHash hash = hash_of(one.planes);
    const std::vector<uint8_t> source = from_hex(one.source_hash);
    fingerprint_.add(name + '\0' + shape_ + '\0').add(one.planes.data(), one.planes.size());
    pixels.insert(pixels.end(), one.planes.begin(), one.planes.end());
    pixel_hashes_.insert(pixel_hashes_.end(), hash.begin(), hash.end());
    source_hashes_.insert(source_hashes_.end(), source.begin(), source.end());
    names_.push_back(name);
    if (index_.classes > 0) labels_.push_back(static_cast<int32_t>(plan_.labels.of.at(name)));
    return true;
  }

  void finish() {
    if (names_.empty()) refuse("no picture could be decoded");
    index_.count = names_.size();
    index_.fingerprint = fingerprint_.digest();
    write_sections();
    hdf5_.attribute("format", "centigan-pack");
    hdf5_.attribute("version", 1);
    hdf5_.attribute("fit", config_.fit), hdf5_.attribute("resize_filter", config_.resize_filter);
    index_.chunks = hdf5_.chunk_places();
    hdf5_.close();
    write_index();
  }

  void write_sections() {
    const std::vector<uint8_t> names = padded(names_, index_.name_bytes);
    const std::vector<uint8_t> classes = padded(plan_.labels.names, index_.class_name_bytes);
    index_.names = {hdf5_.write_texts("names", names, index_.name_bytes), hash_of(names)};
    index_.source_hashes = {hdf5_.write_hashes("source_sha256", source_hashes_), hash_of(source_hashes_)};
    index_.pixel_hashes = {hdf5_.write_hashes("pixel_sha256", pixel_hashes_), hash_of(pixel_hashes_)};
    if (index_.classes == 0) return;
    std::vector<uint8_t> labels(labels_.size() * 4);
    std::memcpy(labels.data(), labels_.data(), labels.size());
    index_.labels = {hdf5_.write_labels("labels", labels_), hash_of(labels)};
    index_.class_names = {hdf5_.write_texts("class_names", classes, index_.class_name_bytes), hash_of(classes)};
  }

  // Some versions of HDF5 count a chunk's place from the user block's end: the first picture tells.
  void write_index() {
    if (!first_picture_is_at(index_.chunks.front()))
      for (uint64_t& at : index_.chunks) at += kPackHead;
    std::vector<uint8_t> end = pack_index_bytes(index_);
    const int file = open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    const off_t at = lseek(file, 0, SEEK_END);
    const std::vector<uint8_t> head = pack_head_bytes(static_cast<uint64_t>(at), end);
    const bool written = file >= 0 && at > 0 &&
                         pwrite(file, end.data(), end.size(), at) == static_cast<ssize_t>(end.size()) &&
                         pwrite(file, head.data(), head.size(), 0) == static_cast<ssize_t>(head.size());
    const std::string reason = std::strerror(errno);
    if (file >= 0) close(file);
    if (!written) refuse(reason);
  }

  [[noreturn]] void refuse(const std::string& reason) const {
    fail("pack", path_, "cannot be written: " + reason, "is there room on the disk, and are the pictures whole?");
  }

  bool first_picture_is_at(uint64_t at) const {
    std::vector<uint8_t> pixels(index_.picture_bytes());
    const int file = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    const ssize_t count = pread(file, pixels.data(), pixels.size(), static_cast<off_t>(at));
    if (file >= 0) close(file);
    return count == static_cast<ssize_t>(pixels.size()) &&
           std::memcmp(hash_of(pixels).data(), pixel_hashes_.data(), 32) == 0;
  }

  const PackPlan& plan_;
  const DataConfig& config_;
  DataReport& report_;
  std::string path_, shape_;
  PackIndex index_;
  PackHdf5 hdf5_;
  Sha256 fingerprint_;
  std::vector<std::string> names_;
  std::vector<int32_t> labels_;
  std::vector<uint8_t> source_hashes_, pixel_hashes_;
};

// Every picture is where the index says, and what was written.
void check_written(const std::string& path) {
  const PackFile file(path);
  in_parallel(static_cast<size_t>(file.count()), [&](size_t i) {
    std::vector<uint8_t> pixels(file.index().picture_bytes());
    file.read(static_cast<int64_t>(i), pixels.data());
  });
}

}  // namespace

int64_t write_pack(const DataConfig& config, PictureSize size, int64_t channels, const std::string& path,
                   const std::function<void(int64_t, int64_t)>& watch, DataReport* given) {
  DataReport unused, &report = given ? *given : unused;
  const PackPlan plan = plan_pack(config, size, channels, report);
  const auto bytes = static_cast<uint64_t>(plan.size.width * plan.size.height * channels) * plan.pictures.size();
  require_space(path, bytes + bytes / 16 + (1 << 20), "pack");
  int64_t count = 0;
  replace_file(path, "pack", [&](const std::string& temporary) {
    PackWriter writer(plan, config, report, temporary);
    writer.write(watch);
    check_written(temporary);
    count = writer.count();
  });
  report.used = count;
  return count;
}

}  // namespace centigan
