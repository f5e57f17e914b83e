#include <cstdlib>
#include <filesystem>
#include <vector>

#include "centigan/core/error.h"
#include "centigan/metrics/extractor.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

// Beside bin/ of an installation or a build; and three folders up, the source tree that a build folder lies in.
std::vector<fs::path> weight_folders(const std::string& dir) {
  std::vector<fs::path> folders;
  if (!dir.empty()) folders.emplace_back(dir);
  if (const char* variable = std::getenv("CENTIGAN_WEIGHTS")) folders.emplace_back(variable);
  std::error_code ignored;
  const fs::path bin = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (const char* up : {"..", "../../.."}) folders.push_back(bin / up / "share/centigan/weights");
  return folders;
}

// "" if there is none.
std::string weights_file(const std::string& name, const std::string& dir) {
  std::error_code ignored;
  for (const auto& folder : weight_folders(dir)) {
    const fs::path file = folder / (name + ".safetensors");
    if (fs::is_regular_file(file, ignored)) return file.lexically_normal().string();
  }
  return "";
}

}  // namespace

bool has_weights(const std::string& name, const std::string& dir) {
  return !weights_file(name, dir).empty();
}

std::string find_weights(const std::string& name, const std::string& dir) {
  const std::string file = weights_file(name, dir);
  if (!file.empty()) return file;
  const bool vgg = name == "vgg16";
  fail("metrics", name, "no weights for this network",
       std::string(vgg ? "give torchvision's vgg16-397923af.pth to tools/convert_vgg16.py"
                       : "run tools/setup.sh --weights") +
           ", or name their folder with --weights-dir or CENTIGAN_WEIGHTS" + (vgg ? "; pd needs none" : ""));
}

std::string find_inception_weights(const std::string& dir) {
  return find_weights("inception-2015-12-05", dir);
}

}  // namespace centigan
