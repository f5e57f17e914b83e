#include "centigan/data/source.h"

#include <filesystem>
#include <fstream>

#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "cifar.h"
#include "zip.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kLongestText = int64_t{1} << 30;

class FolderSource final : public PictureSource {
 public:
  explicit FolderSource(const std::string& root) : root_(root) { listing_ = list_folder(root); }
  std::string read(const std::string& name, int64_t max_bytes, std::vector<uint8_t>& bytes) const override {
    return read_picture_file(root_ + "/" + name, max_bytes, bytes);
  }
  std::optional<std::string> text(const std::string& name) const override {
    const std::string path = root_ + "/" + name;
    if (!fs::is_regular_file(path)) return {};
    return read_text(path, "data");
  }

 private:
  std::string root_;
};

// Names that a folder walk would not enter or list.
bool is_hidden(const std::string& path) {
  for (size_t start = 0; start <= path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    const std::string part = path.substr(start, end - start);
    if (!part.empty() && part != ".." && is_passed_over(part)) return true;
    start = end + 1;
  }
  return false;
}

class ZipSource final : public PictureSource {
 public:
  explicit ZipSource(const std::string& path) : path_(path), zip_(path) {
    for (const ZipMember& member : zip_.members()) add(member);
  }
  std::string read(const std::string& name, int64_t max_bytes, std::vector<uint8_t>& bytes) const override {
    return zip_.read(*by_name_.at(name), max_bytes, bytes);
  }
  std::optional<std::string> text(const std::string& name) const override {
    const auto member = by_name_.find(name);
    if (member == by_name_.end()) return {};
    std::vector<uint8_t> bytes;
    const std::string problem = zip_.read(*member->second, kLongestText, bytes);
    if (!problem.empty())
      fail("data", path_ + "/" + name, problem, "make or copy the archive again, or set data.labels to none");
    return std::string(bytes.begin(), bytes.end());
  }

 private:
  void add(const ZipMember& member) {
    const std::string& name = member.name;
    if (!name.empty() && name.back() == '/') {
      const std::string folder = name.substr(0, name.size() - 1);
      if (member.problem.empty() && !is_hidden(folder)) listing_.folders.push_back(folder);
      return;
    }
    const bool first = by_name_.emplace(name, &member).second;
    if (is_hidden(name)) return;
    if (first && member.problem.empty()) return listing_.files.push_back(name);
    listing_.skipped.emplace_back(name, first ? member.problem : "is in the archive twice");
  }

  std::string path_;
  ZipArchive zip_;
  std::unordered_map<std::string, const ZipMember*> by_name_;
};

}  // namespace

bool begins_with(const std::string& path, const std::string& bytes) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return false;  // a FIFO would block
  std::string start(bytes.size(), '\0');
  std::ifstream file(path, std::ios::binary);
  return file.read(start.data(), static_cast<std::streamsize>(start.size())) && start == bytes;
}

std::unique_ptr<PictureSource> open_source(const std::string& path) {
  std::error_code error;
  const fs::path name(path);
  if (!fs::is_regular_file(name, error)) {
    if (is_cifar_folder(path)) return open_cifar(path);
    return std::make_unique<FolderSource>(path);
  }
  if (begins_with(path, "PK") || name.extension() == ".zip") return std::make_unique<ZipSource>(path);
  if (name.extension() == ".bin") return open_cifar(path);
  fail("data", path, "is neither a folder, a ZIP archive, a .bin file of CIFAR nor a pack",
       "--data names one of these; `centigan pack` makes packs");
}

}  // namespace centigan
