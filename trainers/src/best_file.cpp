#include "best_file.h"

#include <filesystem>

#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/log.h"
#include "centigan/core/text.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

}  // namespace

void keep_best_file(const std::string& checkpoint, const std::string& run) {
  const std::string best = run + "/best.h5";
  std::error_code failed;
  // Renaming one name of a file to another of its names does nothing, and would leave the temporary.
  if (fs::equivalent(checkpoint, best, failed)) return;
  replace_file(best, "train", [&](const std::string& temporary) {
    fs::create_hard_link(checkpoint, temporary, failed);
    if (!failed) return;
    const std::vector<uint8_t> bytes = read_file(checkpoint, "train");
    write_file_atomically(temporary, bytes.data(), bytes.size(), "train");
  });
}

std::optional<Scores> best_of_run(const std::string& run) {
  const std::string best = run + "/best.h5";
  std::error_code ignored;
  if (!fs::exists(best, ignored)) return std::nullopt;
  try {
    return read_scores(read_checkpoint(best));
  } catch (const Error& error) {
    warn(first_line(error.what()) + "; it counts for nothing");
    return std::nullopt;
  }
}

}  // namespace centigan
