#include "centigan/data/class_labels.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/json.h"

namespace centigan {
namespace {

constexpr int64_t kMostClasses = 65536;

int64_t read_label(JsonCursor& json, const std::string& picture) {
  if (json.next_is('[')) json_error(escaped(picture) + " has a vector, not a class");
  const int64_t label = json.integer();
  if (label >= kMostClasses) json_error(escaped(picture) + " has label " + std::to_string(label) + ", above 65535");
  return label;
}

template <class Entry>
void for_each_in_list(JsonCursor& json, const Entry& entry) {
  json.expect('[');
  if (json.take(']')) return;
  do entry();
  while (json.take(','));
  json.expect(']');
}

void read_pairs(JsonCursor& json, ClassLabels& labels, int64_t& highest) {
  if (json.take_null()) return;
  for_each_in_list(json, [&] {
    json.expect('[');
    const std::string picture = json.string();
    json.expect(',');
    const int64_t label = read_label(json, picture);
    json.expect(']');
    highest = std::max(highest, label);
    if (!labels.of.emplace(picture, label).second) json_error(escaped(picture) + " is there twice");
  });
}

void name_classes(ClassLabels& labels, int64_t highest) {
  if (!labels.names.empty() && highest >= static_cast<int64_t>(labels.names.size()))
    json_error("label " + std::to_string(highest) + " has no name");
  for (int64_t i = static_cast<int64_t>(labels.names.size()); i <= highest; ++i)
    labels.names.push_back(std::to_string(i));
}

// "a/b" of "a/b/c.png" and "a/b/d/e.png", with a slash at its end; "" if there is none.
std::string common_folder(const std::vector<std::string>& names) {
  std::string common = names.empty() ? "" : names.front().substr(0, names.front().rfind('/') + 1);
  for (const std::string& name : names)
    while (name.compare(0, common.size(), common) != 0) common.erase(common.rfind('/', common.size() - 2) + 1);
  return common;
}

std::string folder_within(const std::string& name, const std::string& root) {
  const size_t slash = name.find('/', root.size());
  return slash == std::string::npos ? "" : name.substr(root.size(), slash - root.size());
}

// Folders without pictures are classes, too: their absence would move the others' numbers.
ClassLabels labels_of_folders(const FolderListing& listing, const std::vector<std::string>& names) {
  const std::string root = common_folder(names);
  std::vector<std::string> folders;
  for (const std::string& name : names) folders.push_back(folder_within(name, root));
  for (const std::string& folder : listing.folders)
    if (folder.compare(0, root.size(), root) == 0) folders.push_back(folder_within(folder + "/", root));
  std::sort(folders.begin(), folders.end(), PictureOrder(folders));
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  ClassLabels labels;
  if (folders.size() < 2 || folders.front().empty()) return labels;
  std::map<std::string, int64_t> numbers;
  for (size_t i = 0; i < folders.size(); ++i) numbers[folders[i]] = static_cast<int64_t>(i);
  labels.names = folders;
  for (const std::string& name : names) labels.of[name] = numbers.at(folder_within(name, root));
  return labels;
}

void check_all_labelled(const ClassLabels& labels, const std::vector<std::string>& names, const std::string& where) {
  if (labels.names.empty()) return;
  for (const std::string& name : names)
    if (labels.of.count(name) == 0)
      fail("data", where, "has no label for " + escaped(name), "give every picture one, or set data.labels to none");
}

ClassLabels labels_of_file(const DataConfig& config, const std::vector<std::string>& names) {
  ClassLabels labels = parse_labels(read_text(config.labels, "data"), config.labels);
  check_all_labelled(labels, names, config.labels);
  return labels;
}

ClassLabels automatic_labels(const PictureSource& source, const DataConfig& config,
                             const std::vector<std::string>& names) {
  ClassLabels own = source.own_labels(config.labels == "coarse");
  if (!own.names.empty()) return own;
  const std::optional<std::string> json = source.text("dataset.json");
  if (!json) return labels_of_folders(source.listing(), names);
  ClassLabels labels = parse_labels(*json, config.path + "/dataset.json");
  check_all_labelled(labels, names, config.path + "/dataset.json");
  return labels;
}

}  // namespace

ClassLabels parse_labels(const std::string& text, const std::string& where) {
  try {
    ClassLabels labels;
    JsonCursor json(text);
    int64_t highest = -1;
    json.object([&](const std::string& key) {
      if (key == "labels") {
        read_pairs(json, labels, highest);
      } else if (key == "classes") {
        for_each_in_list(json, [&] { labels.names.push_back(json.string()); });
      } else {
        json.skip_value();
      }
    });
    if (labels.names.size() > static_cast<size_t>(kMostClasses)) json_error("there are more than 65536 classes");
    if (labels.of.empty()) return {};
    name_classes(labels, highest);
    return labels;
  } catch (const std::invalid_argument& error) {
    fail("data", where, std::string("is no list of labels: ") + error.what(),
         "it is {\"labels\": [[\"folder/picture.png\", 3], …]}; data.labels none leaves it aside");
  }
}

ClassLabels find_labels(const PictureSource& source, const DataConfig& config, const std::vector<std::string>& names) {
  if (config.labels == "none") return {};
  if (config.labels == "auto" || config.labels == "coarse") return automatic_labels(source, config, names);
  if (config.labels != "folders") return labels_of_file(config, names);
  ClassLabels labels = labels_of_folders(source.listing(), names);
  if (labels.names.empty())
    fail("data", config.path, "has no classes: not every picture is in one of several sub-folders",
         "put the pictures of each class into a folder of its own, or set data.labels to auto");
  return labels;
}

}  // namespace centigan
