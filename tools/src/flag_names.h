// Which flags a verb understands, and how a word of the command line names one.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "command_line.h"

namespace centigan {

struct FlagNames {
  std::map<std::string, std::string> key;  // every accepted spelling, with '-' for '_' -> the key values are kept under
  std::set<std::string> keys;              // those keys
  std::set<std::string> switches;          // keys that take no value
  std::set<std::string> bool_fields;       // config keys whose value may be left out: true
  std::vector<std::string> all_flags() const;  // "--name", for hints
};

FlagNames flag_names(const Verb& verb, const std::vector<ConfigField>& fields);

// A word that is a flag: `--name`, `--name=V` or `name=V`. No flag: an empty name.
struct FlagWord {
  std::string name, value;
  bool has_value = false;
};

// `every_key`: a verb without free words takes any `name=V` for a flag, others only names they know (it may be a file).
FlagWord split_flag(const std::string& word, const FlagNames& names, bool every_key);

}  // namespace centigan
