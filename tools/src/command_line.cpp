#include "command_line.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cxxopts.hpp>
#include <utility>

#include "centigan/core/error.h"
#include "centigan/core/text.h"
#include "flag_names.h"
#include "picture_shape.h"

namespace centigan {
namespace {

// Brings every flag to one spelling, `--key` and its value as two words, so that cxxopts only has to pair them.
class PlainWords {
 public:
  PlainWords(const Verb& verb, const FlagNames& names) : verb_(verb), names_(names) {}

  std::vector<std::string> of(const std::vector<std::string>& words) {
    for (size_t i = 0; i < words.size(); ++i) {
      if (words[i] == "--") {
        operands_.insert(operands_.end(), words.begin() + i + 1, words.end());
        break;
      }
      const FlagWord flag = split_flag(words[i], names_, verb_.operands == 0);
      if (flag.name.empty())
        operands_.push_back(words[i]);
      else
        i += add_flag(flag, i + 1 < words.size() ? &words[i + 1] : nullptr);
    }
    if (operands_.size() > static_cast<size_t>(verb_.operands))
      fail_usage("command line", escaped(operands_[verb_.operands]), "unexpected word", hint());
    plain_.push_back("--");
    plain_.insert(plain_.end(), operands_.begin(), operands_.end());
    return std::move(plain_);
  }

 private:
  std::string hint() const { return "`centigan " + verb_.name + " --help` lists all flags"; }

  // Gives the number of further words that belong to the flag.
  int add_flag(const FlagWord& flag, const std::string* next) {
    const auto known = names_.key.find(flag.name);
    if (known == names_.key.end())
      fail_usage("command line", escaped("--" + flag.name), "no such flag of `centigan " + verb_.name + "`",
                 did_you_mean("--" + flag.name, names_.all_flags(), hint()));
    const std::string& key = known->second;
    if (!seen_.insert(key).second) fail_usage("command line", "--" + flag.name, "given twice", "keep one of the two");
    plain_.push_back("--" + key);
    if (names_.switches.count(key)) return no_value(flag);
    return value(flag, key, next);
  }

  int no_value(const FlagWord& flag) const {
    if (flag.has_value) fail_usage("command line", "--" + flag.name, "takes no value", hint());
    return 0;
  }

  int value(const FlagWord& flag, const std::string& key, const std::string* next) {
    const bool truth = names_.bool_fields.count(key) > 0;
    const bool from_next =
        !flag.has_value && next && (truth ? *next == "true" || *next == "false" : next->rfind("--", 0) != 0);
    if (!flag.has_value && !from_next && !truth) fail_usage("command line", "--" + flag.name, "needs a value", hint());
    plain_.push_back(flag.has_value ? flag.value : from_next ? *next : "true");
    return from_next ? 1 : 0;
  }

  const Verb& verb_;
  const FlagNames& names_;
  std::vector<std::string> plain_ = {"centigan"}, operands_;
  std::set<std::string> seen_;
};

cxxopts::ParseResult parse(const FlagNames& names, const std::vector<std::string>& plain) {
  cxxopts::Options options("centigan");
  auto add = options.add_options();
  for (const auto& key : names.keys) {
    if (names.switches.count(key))
      add(key, "");
    else
      add(key, "", cxxopts::value<std::string>());
  }
  std::vector<const char*> argv;
  for (const auto& word : plain) argv.push_back(word.c_str());
  return options.parse(static_cast<int>(argv.size()), argv.data());
}

template <class Number>
bool parse_number(const std::string& text, Number& number) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

}  // namespace

CommandLine::CommandLine(const Verb& verb, const std::vector<std::string>& words) : verb_(verb) {
  if (verb.fields) fields_ = verb.fields();
  const FlagNames names = flag_names(verb, fields_);
  const auto result = parse(names, PlainWords(verb, names).of(words));
  for (const auto& pair : result.arguments()) values_[pair.key()] = pair.value();
  operands_ = result.unmatched();
}

std::string CommandLine::text(const std::string& name) const {
  const auto given = values_.find(name);
  if (given != values_.end()) return given->second;
  for (const auto& option : verb_.options)
    if (option.name == name) return option.fallback;
  return "";
}

std::string CommandLine::required(const std::string& name) const {
  const std::string value = text(name);
  if (value.empty())
    fail_usage(verb_.name, "--" + name, "missing", "usage: centigan " + verb_.name + " " + verb_.usage);
  return value;
}

int64_t CommandLine::integer(const std::string& name, int64_t least, int64_t most) const {
  int64_t value = 0;
  if (!parse_number(text(name), value) || value < least || value > most)
    fail_usage(verb_.name, "--" + name,
               "\"" + escaped(text(name)) + "\" is not a whole number from " + std::to_string(least) + " to " +
                   std::to_string(most),
               "for example --" + name + " " + std::to_string(least));
  return value;
}

double CommandLine::number(const std::string& name, double least, double most) const {
  double value = 0;
  if (!parse_number(text(name), value) || !(value >= least && value <= most))
    fail_usage(
        verb_.name, "--" + name,
        "\"" + escaped(text(name)) + "\" is not a number from " + short_number(least) + " to " + short_number(most),
        "for example --" + name + " " + short_number(most));
  return value;
}

std::string CommandLine::one_of(const std::string& name, const std::vector<std::string>& choices) const {
  const std::string value = text(name);
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return value;
  fail_usage(verb_.name, "--" + name, "\"" + escaped(value) + "\" is not one of " + joined(choices),
             did_you_mean(value, choices, "the default is " + choices.front()));
}

void CommandLine::apply(const ConfigRef& config) const {
  for (const auto& field : fields_) {
    const auto given = values_.find(field.key);
    if (given == values_.end()) continue;
    std::vector<std::pair<std::string, std::string>> settings;
    if (field.key == "model.resolution") settings = settings_of_shape(given->second);
    if (settings.empty()) settings = {{field.key, given->second}};
    for (const auto& [key, value] : settings) set_config(config, key, value, "command line");
  }
}

const std::string& CommandLine::operand(size_t index, const std::string& what) const {
  if (index >= operands_.size())
    fail_usage(verb_.name, what, "missing", "usage: centigan " + verb_.name + " " + verb_.usage);
  return operands_[index];
}

}  // namespace centigan
