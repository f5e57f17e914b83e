#include <algorithm>
#include <filesystem>

#include "centigan/core/error.h"
#include "centigan/core/snapshot.h"
#include "checkpoint.h"

namespace centigan {
namespace {

// The number in "000400.h5", -1 for other names.
int64_t checkpoint_number(const std::string& name) {
  const std::string digits = name.size() > 3 ? name.substr(0, name.size() - 3) : "";
  if (digits.empty() || digits.size() > 15 || name.substr(digits.size()) != ".h5") return -1;
  if (digits.find_first_not_of("0123456789") != std::string::npos) return -1;
  return std::stoll(digits);
}

std::vector<std::pair<int64_t, std::string>> numbered_checkpoints(const std::string& folder) {
  std::vector<std::pair<int64_t, std::string>> found;
  std::error_code ignored;
  for (std::filesystem::directory_iterator it(folder, ignored), end; it != end; it.increment(ignored)) {
    const std::string name = it->path().filename().string();
    if (checkpoint_number(name) >= 0) found.emplace_back(checkpoint_number(name), it->path().string());
  }
  std::sort(found.rbegin(), found.rend());
  return found;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::string newest_checkpoint(const std::string& folder, std::vector<std::string>* rejected) {
  std::string reasons;
  const auto found = numbered_checkpoints(folder);
  for (const auto& [number, path] : found) {
    try {
      read_verified_checkpoint(path);
      return path;
    } catch (const Error& error) {
      if (rejected) rejected->push_back(first_line(error.what()));
      reasons += "\n    " + first_line(error.what());
    }
  }
  if (!found.empty()) {
    fail("checkpoint", folder, "all " + std::to_string(found.size()) + " checkpoints are damaged:" + reasons,
         "nothing was changed; begin a new run in another folder (--out), or restore the files from a backup");
  }
  return "";
}

}  // namespace centigan
