// The command line of one verb: what it accepts, and what was given.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "centigan/core/config.h"

namespace centigan {

// One flag. `value` names what follows it in help texts; empty: a switch. `fallback` is what holds when it is not
// given.
struct Option {
  std::string name, value, fallback, help;
};

class CommandLine;

struct Verb {
  std::string name, summary;
  std::string usage;                                   // what follows `centigan NAME`
  std::vector<Option> options;                         // its own flags
  std::function<std::vector<ConfigField>()> fields{};  // configuration that can be set by flags
  int operands = 0;                                    // free words it takes at most
  int (*run)(const CommandLine&) = nullptr;            // gives the exit code
};

// `--name V`, `--name=V`, `name=V`; '-' and '_' are equal; each name at most once. Config fields go by their dotted key
// or by a short name (short_names()). Unknown names: usage error with the nearest known one.
class CommandLine {
 public:
  CommandLine(const Verb& verb, const std::vector<std::string>& words);

  bool has(const std::string& name) const { return values_.count(name) > 0; }
  // The value given, or the option's fallback.
  std::string text(const std::string& name) const;
  // The value given; usage error that says how to call the verb if there is none.
  std::string required(const std::string& name) const;
  int64_t integer(const std::string& name, int64_t least, int64_t most) const;
  double number(const std::string& name, double least, double most) const;
  std::string one_of(const std::string& name, const std::vector<std::string>& choices) const;
  // Sets the config fields that were given, in the order of the config.
  void apply(const ConfigRef& config) const;
  // A free word; usage error that says how to call the verb if it is missing (`what` names it).
  const std::string& operand(size_t index, const std::string& what) const;
  size_t operand_count() const { return operands_.size(); }
  const Verb& verb() const { return verb_; }

 private:
  const Verb& verb_;
  std::vector<ConfigField> fields_;
  std::map<std::string, std::string> values_;
  std::vector<std::string> operands_;
};

// Short names of configuration keys, such as data -> data.path.
const std::map<std::string, std::string>& short_names();

// Flags that every verb takes.
const std::vector<Option>& common_options();

}  // namespace centigan
