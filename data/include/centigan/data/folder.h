// Which files of a folder are pictures to try, and their bytes. Includes no torch.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace centigan {

struct FolderListing {
  std::vector<std::string> files;                            // relative paths of regular files and links to such
  std::vector<std::pair<std::string, std::string>> skipped;  // relative path, reason: dangling links, FIFOs, …
  std::vector<std::string> linked_folders;                   // relative paths; not entered
  std::vector<std::string> folders;                          // relative paths of those that were entered
};

// Names that are no pictures by themselves: they start with a dot or end in .txt, .md, .json or .csv (any case).
bool is_passed_over(const std::string& name);

// All files below `root`, in no particular order. Names that is_passed_over are left
// out in silence. Special files are never opened. A folder that cannot be read: Error.
FolderListing list_folder(const std::string& root);

// The order of a set of pictures: by folder, then by name, byte by byte; if every name is digits before its extension,
// by number (2.jpg before 10.jpg). True if a comes before b.
class PictureOrder {
 public:
  explicit PictureOrder(const std::vector<std::string>& names);
  bool operator()(const std::string& a, const std::string& b) const;

 private:
  bool by_number_ = true;
};

// Reads a file of at most max_bytes. Returns what is wrong, or "". Never blocks on a special file.
std::string read_picture_file(const std::string& path, int64_t max_bytes, std::vector<uint8_t>& bytes);

}  // namespace centigan
