#include "run_log.h"

#include <cstdlib>
#include <filesystem>

#include "centigan/core/file.h"

namespace centigan {
namespace {

int64_t line_images(const std::string& line) {
  const std::string key = "{\"images\": ";
  return line.rfind(key, 0) == 0 ? std::atoll(line.c_str() + key.size()) : -1;
}

}  // namespace

void cut_jsonl(const std::string& path, int64_t images) {
  if (!std::filesystem::exists(path)) return;
  const std::string text = read_text(path, "train");
  std::string kept;
  for (size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    const std::string one = text.substr(at, end + 1 - at);
    if (line_images(one) <= images) kept += one;
  }
  if (kept != text) write_text_atomically(path, kept, "train");
}

}  // namespace centigan
