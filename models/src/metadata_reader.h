// Text metadata of official weights. Every problem becomes a line of a list.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace centigan {

class MetadataReader {
 public:
  MetadataReader(const std::map<std::string, std::string>& texts, std::vector<std::string>& problems)
      : texts_(texts), problems_(problems) {}

  bool has(const std::string& key) const { return texts_.count(key) > 0; }

  // A missing key is a problem for required(), and leaves `value` alone otherwise.
  void required(const std::string& key, int64_t& value);
  void required(const std::string& key, double& value);
  void required(const std::string& key, bool& value);  // True, true, 1, False, false, 0
  void required(const std::string& key, std::string& value);
  void optional(const std::string& key, int64_t& value);
  void optional(const std::string& key, bool& value);
  void group(const std::string& key, int64_t& value, int64_t none);  // required; "None" is `none`
  void number(const std::string& key, double& value);                // "None" is 0
  void word(const std::string& key, std::string& value);

 private:
  bool present(const std::string& key);
  const std::map<std::string, std::string>& texts_;
  std::vector<std::string>& problems_;
};

}  // namespace centigan
