#include "centigan/data/folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "centigan/core/error.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

const char* special_kind(mode_t mode) {
  if (S_ISFIFO(mode)) return "is a FIFO, not a file";
  if (S_ISSOCK(mode)) return "is a socket, not a file";
  return "is a device, not a file";
}

class FolderWalk {
 public:
  explicit FolderWalk(const std::string& root) : root_(root), folders_{""} {}

  FolderListing run() {
    while (!folders_.empty()) {
      const std::string folder = folders_.back();
      folders_.pop_back();
      enter(folder);
    }
    return std::move(listing_);
  }

 private:
  void enter(const std::string& folder) {
    std::error_code error;
    const fs::path path = folder.empty() ? root_ : root_ / folder;
    fs::directory_iterator it(path, error);
    for (; !error && it != fs::directory_iterator(); it.increment(error)) {
      const std::string name = it->path().filename().string();
      if (!is_passed_over(name)) add(folder.empty() ? name : folder + "/" + name);
    }
    if (error)
      fail("data", path.string(), "the folder cannot be read: " + error.message(),
           "name a folder of pictures that you may read");
  }

  void add(const std::string& path) {
    struct stat link, target;
    const std::string full = (root_ / path).string();
    if (lstat(full.c_str(), &link) != 0) return skip(path, std::string("cannot be read: ") + std::strerror(errno));
    if (S_ISDIR(link.st_mode)) return folders_.push_back(path), listing_.folders.push_back(path);
    if (stat(full.c_str(), &target) != 0) return skip(path, broken_link(errno));
    if (S_ISDIR(target.st_mode)) return listing_.linked_folders.push_back(path);
    if (!S_ISREG(target.st_mode)) return skip(path, special_kind(target.st_mode));
    listing_.files.push_back(path);
  }

  static std::string broken_link(int error) {
    if (error == ELOOP) return "is a symlink loop";
    if (error == ENOENT) return "is a symlink to nothing";
    return std::string("cannot be read: ") + std::strerror(error);
  }

  void skip(const std::string& path, const std::string& reason) { listing_.skipped.emplace_back(path, reason); }

  fs::path root_;
  std::vector<std::string> folders_;
  FolderListing listing_;
};

struct SplitName {
  std::string folder, number;  // number without leading zeros
  bool numeric;
};

SplitName split_name(const std::string& path) {
  const size_t slash = path.rfind('/'), start = slash == std::string::npos ? 0 : slash + 1;
  const size_t dot = path.rfind('.');
  const std::string stem = path.substr(start, dot == std::string::npos || dot < start ? dot : dot - start);
  const bool numeric = !stem.empty() && stem.find_first_not_of("0123456789") == std::string::npos;
  return {path.substr(0, start), stem.substr(std::min(stem.find_first_not_of('0'), stem.size())), numeric};
}

std::string read_open_file(int file, int64_t max_bytes, std::vector<uint8_t>& bytes) {
  struct stat info;
  if (fstat(file, &info) != 0) return std::string("cannot be read: ") + std::strerror(errno);
  if (!S_ISREG(info.st_mode)) return special_kind(info.st_mode);
  if (info.st_size > max_bytes)
    return "is " + std::to_string(info.st_size >> 20) + " MiB, the limit is " + std::to_string(max_bytes >> 20) +
           " MiB";
  bytes.resize(static_cast<size_t>(info.st_size));
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = read(file, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::string("cannot be read: ") + std::strerror(errno);
    if (count == 0) break;  // it became shorter meanwhile: the scanner will say what is missing
    done += static_cast<size_t>(count);
  }
  bytes.resize(done);
  return "";
}

}  // namespace

bool is_passed_over(const std::string& name) {
  if (name.empty() || name[0] == '.') return true;
  std::string lower = name;
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  for (const std::string end : {".txt", ".md", ".json", ".csv"})
    if (lower.size() >= end.size() && lower.compare(lower.size() - end.size(), end.size(), end) == 0) return true;
  return false;
}

FolderListing list_folder(const std::string& root) {
  return FolderWalk(root).run();
}

PictureOrder::PictureOrder(const std::vector<std::string>& names) {
  for (const std::string& name : names) by_number_ = by_number_ && split_name(name).numeric;
}

bool PictureOrder::operator()(const std::string& a, const std::string& b) const {
  if (!by_number_) return a < b;
  const SplitName x = split_name(a), y = split_name(b);
  if (x.folder != y.folder) return x.folder < y.folder;
  if (x.number.size() != y.number.size()) return x.number.size() < y.number.size();
  return x.number != y.number ? x.number < y.number : a < b;
}

std::string read_picture_file(const std::string& path, int64_t max_bytes, std::vector<uint8_t>& bytes) {
  const int file = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (file < 0) return std::string("cannot be read: ") + std::strerror(errno);
  const std::string problem = read_open_file(file, max_bytes, bytes);
  close(file);
  return problem;
}

}  // namespace centigan
