#include "checkpoints.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "centigan/core/error.h"
#include "centigan/core/log.h"

namespace centigan {
namespace {

std::vector<std::string> oldest_first(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
    if (entry.path().extension() == ".h5") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  return files;
}

int64_t pictures_of(const std::string& file) {
  return std::atoll(std::filesystem::path(file).stem().c_str());
}

}  // namespace

Checkpoints::Checkpoints(std::string folder, int64_t keep, int64_t every)
    : folder_(std::move(folder)), keep_(keep), every_(every) {}

std::string Checkpoints::save(const Snapshot& snapshot, int64_t images, int64_t step) {
  char name[32];
  std::snprintf(name, sizeof name, "/%07lld.h5", static_cast<long long>(images));
  const std::string path = folder_ + name;
  write_checkpoint(path, snapshot, step);
  read_checkpoint(path);
  thin_out();
  return path;
}

void Checkpoints::thin_out() const {
  const std::vector<std::string> files = oldest_first(folder_);
  int64_t multiple = 0;  // of `every_`, reached by the files before
  std::error_code ignored;
  for (int64_t i = 0; i + keep_ < static_cast<int64_t>(files.size()); ++i) {
    const int64_t now = every_ > 0 ? pictures_of(files[i]) / every_ : 0;
    if (now > multiple)
      multiple = now;
    else
      std::filesystem::remove(files[i], ignored);
  }
}

std::string Checkpoints::newest() const {
  std::vector<std::string> rejected;
  const std::string path = newest_checkpoint(folder_, &rejected);
  for (const std::string& line : rejected) warn(line);
  return path;
}

}  // namespace centigan
