#include "cifar.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "centigan/core/error.h"
#include "centigan/core/file.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

constexpr size_t kCifarSide = 32, kCifarPixels = kCifarSide * kCifarSide * 3;
constexpr size_t kBmpHead = 54;

bool is_bin_file(const fs::path& path) {
  return path.extension() == ".bin" && fs::is_regular_file(path);
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> numbered_classes(size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

// The pixels of a record as a BMP file: rows from the bottom up, blue first.
std::vector<uint8_t> bmp_of(const uint8_t* planes) {
  std::vector<uint8_t> file(kBmpHead + kCifarPixels);
  const auto put = [&](size_t at, uint32_t value) {
    for (size_t i = 0; i < 4; ++i) file[at + i] = static_cast<uint8_t>(value >> 8 * i);
  };
  file[0] = 'B', file[1] = 'M';
  put(2, static_cast<uint32_t>(file.size())), put(10, kBmpHead), put(14, 40);
  put(18, kCifarSide), put(22, kCifarSide), put(26, 24 << 16 | 1), put(34, kCifarPixels);
  for (size_t y = 0; y < kCifarSide; ++y)
    for (size_t x = 0; x < kCifarSide; ++x)
      for (size_t c = 0; c < 3; ++c)
        file[kBmpHead + ((kCifarSide - 1 - y) * kCifarSide + x) * 3 + 2 - c] =
            planes[(c * kCifarSide + y) * kCifarSide + x];
  return file;
}

class CifarSource final : public PictureSource {
 public:
  explicit CifarSource(const fs::path& path) {
    const bool folder = fs::is_directory(path);
    find_names(folder ? path : path.parent_path());
    std::vector<fs::path> files;
    if (!folder) files.push_back(path);
    if (folder)
      for (const auto& entry : fs::directory_iterator(path))
        if (is_bin_file(entry.path()) && entry.path().filename().string().rfind("test", 0) != 0)
          files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) add(file);
  }

  std::string read(const std::string& name, int64_t, std::vector<uint8_t>& bytes) const override {
    const size_t slash = name.rfind('/');
    const auto file = files_.find(name.substr(0, slash));
    const size_t record = std::stoul(name.substr(slash + 1));
    bytes = bmp_of(file->second.data() + record * (kCifarPixels + labels_) + labels_);
    return "";
  }
  std::optional<std::string> text(const std::string&) const override { return {}; }

  ClassLabels own_labels(bool coarse) const override {
    ClassLabels labels;
    labels.names = coarse && labels_ == 2 ? coarse_ : fine_;
    for (const std::string& name : listing_.files) {
      const size_t slash = name.rfind('/');
      const auto& file = files_.at(name.substr(0, slash));
      const uint8_t* record = file.data() + std::stoul(name.substr(slash + 1)) * (kCifarPixels + labels_);
      labels.of[name] = record[coarse ? 0 : labels_ - 1];
    }
    return labels;
  }

 private:
  void find_names(const fs::path& folder) {
    fine_ = lines_of(folder / "batches.meta.txt");
    if (!fine_.empty()) return;
    fine_ = lines_of(folder / "fine_label_names.txt"), coarse_ = lines_of(folder / "coarse_label_names.txt");
    if (!fine_.empty()) labels_ = 2;
  }

  // Without names beside it, the length of a file tells.
  void guess_kind(size_t size) {
    if (!fine_.empty()) return;
    labels_ = size % (kCifarPixels + 1) != 0 && size % (kCifarPixels + 2) == 0 ? 2 : 1;
    fine_ = numbered_classes(labels_ == 2 ? 100 : 10), coarse_ = numbered_classes(20);
  }

  void add(const fs::path& path) {
    std::vector<uint8_t> bytes = read_file(path.string(), "data");
    guess_kind(bytes.size());
    if (coarse_.empty()) coarse_ = numbered_classes(20);
    const size_t record = kCifarPixels + labels_, count = bytes.size() / record;
    if (count == 0 || bytes.size() % record != 0)
      fail("data", path.string(),
           "ends inside record " + std::to_string(count) + ": CIFAR-" + (labels_ == 2 ? "100" : "10") + " has " +
               std::to_string(record) + " bytes a record",
           "the file is cut off or of another kind; copy it again");
    const std::string stem = path.stem().string();
    for (size_t i = 0; i < count; ++i) {
      check_labels(path.string(), i, bytes.data() + i * record);
      char name[32];
      std::snprintf(name, sizeof name, "/%06zu", i);
      listing_.files.push_back(stem + name);
    }
    files_[stem] = std::move(bytes);
  }

  void check_labels(const std::string& path, size_t record, const uint8_t* labels) const {
    const size_t label = labels[labels_ - 1];
    const bool good = label < fine_.size() && (labels_ == 1 || labels[0] < coarse_.size());
    if (!good)
      fail("data", path,
           "record " + std::to_string(record) + " has label " + std::to_string(label) + ", and there are " +
               std::to_string(fine_.size()) + " classes",
           "the file is damaged, or the names beside it belong to another set");
  }

  size_t labels_ = 1;  // bytes of labels in front of a record
  std::vector<std::string> fine_, coarse_;
  std::unordered_map<std::string, std::vector<uint8_t>> files_;
};

}  // namespace

bool is_cifar_folder(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path + "/batches.meta.txt", error) && !fs::exists(path + "/fine_label_names.txt", error))
    return false;
  fs::directory_iterator it(path, error);
  return !error && std::any_of(begin(it), end(it), [](const auto& entry) { return is_bin_file(entry.path()); });
}

std::unique_ptr<PictureSource> open_cifar(const std::string& path) {
  return std::make_unique<CifarSource>(path);
}

}  // namespace centigan
