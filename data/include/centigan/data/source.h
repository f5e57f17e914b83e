// Where pictures come from: a folder, a ZIP archive read in place, or CIFAR's binary files. Includes no torch.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "centigan/data/folder.h"

namespace centigan {

// Which picture belongs to which class. Without names there are no classes.
struct ClassLabels {
  std::vector<std::string> names;
  std::unordered_map<std::string, int64_t> of;  // by the picture's name
};

class PictureSource {
 public:
  virtual ~PictureSource() = default;
  const FolderListing& listing() const { return listing_; }
  // A PNG, JPEG or BMP file of at most max_bytes. Returns what is wrong, or "". For any thread.
  virtual std::string read(const std::string& name, int64_t max_bytes, std::vector<uint8_t>& bytes) const = 0;
  // A text beside the pictures, such as dataset.json; nothing where there is none.
  virtual std::optional<std::string> text(const std::string& name) const = 0;
  // Labels that belong to the format; `coarse`: the superclasses of CIFAR-100.
  virtual ClassLabels own_labels(bool /*coarse*/) const { return {}; }

 protected:
  FolderListing listing_;
};

// By what `path` is and how it begins. Not readable, damaged as a whole, or of another kind: Error.
std::unique_ptr<PictureSource> open_source(const std::string& path);

// "PK", and whether a file begins so.
bool begins_with(const std::string& path, const std::string& bytes);

}  // namespace centigan
