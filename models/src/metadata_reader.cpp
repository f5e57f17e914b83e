#include "metadata_reader.h"

#include <charconv>
#include <cstdlib>

#include "centigan/core/error.h"

namespace centigan {

bool MetadataReader::present(const std::string& key) {
  if (!has(key)) problems_.push_back("metadata " + key + ": missing");
  return has(key);
}

void MetadataReader::required(const std::string& key, int64_t& value) {
  if (present(key)) optional(key, value);
}

void MetadataReader::required(const std::string& key, double& value) {
  if (present(key)) number(key, value);
}

void MetadataReader::required(const std::string& key, bool& value) {
  if (present(key)) optional(key, value);
}

void MetadataReader::required(const std::string& key, std::string& value) {
  if (present(key)) word(key, value);
}

void MetadataReader::optional(const std::string& key, int64_t& value) {
  if (!has(key)) return;
  const std::string& text = texts_.at(key);
  const auto end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data(), end, value); read.ec != std::errc() || read.ptr != end)
    problems_.push_back("metadata " + key + ": '" + escaped(text) + "' is not a whole number");
}

void MetadataReader::optional(const std::string& key, bool& value) {
  if (!has(key)) return;
  const std::string& text = texts_.at(key);
  value = text == "True" || text == "true" || text == "1";
  if (!value && text != "False" && text != "false" && text != "0")
    problems_.push_back("metadata " + key + ": '" + escaped(text) + "' is neither True nor False");
}

void MetadataReader::group(const std::string& key, int64_t& value, int64_t none) {
  if (has(key) && texts_.at(key) == "None")
    value = none;
  else
    required(key, value);
}

void MetadataReader::number(const std::string& key, double& value) {
  if (!has(key)) return;
  const std::string& text = texts_.at(key);
  char* end = nullptr;
  value = text == "None" ? 0.0 : std::strtod(text.c_str(), &end);
  if (end != nullptr && (*end != 0 || text.empty()))
    problems_.push_back("metadata " + key + ": '" + escaped(text) + "' is not a number");
}

void MetadataReader::word(const std::string& key, std::string& value) {
  if (has(key)) value = texts_.at(key);
}

}  // namespace centigan
