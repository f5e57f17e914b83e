#include "help.h"

#include <algorithm>

namespace centigan {
namespace {

// "  --name VALUE    Help. (default)", all helps of a block in one column.
std::string block(const std::vector<Option>& options) {
  size_t width = 0;
  const auto left = [](const Option& o) { return "  --" + o.name + (o.value.empty() ? "" : " " + o.value); };
  for (const auto& option : options) width = std::max(width, left(option).size() + 2);
  std::string text;
  for (const auto& option : options)
    text += padded(left(option), width) + option.help + (option.fallback.empty() ? "" : " (" + option.fallback + ")") +
            "\n";
  return text;
}

std::string short_name_of(const std::string& key) {
  for (const auto& [name, long_form] : short_names())
    if (long_form == key) return name;
  return "";
}

std::string field_block(const std::vector<ConfigField>& fields) {
  std::vector<Option> options;
  for (const auto& field : fields) {
    const std::string brief = short_name_of(field.key);
    const std::string help = field.help + (brief.empty() ? "" : " Short: --" + brief + ".");
    options.push_back({field.key, field.type, field.value, help});
  }
  return block(options);
}

}  // namespace

std::string padded(const std::string& text, size_t width) {
  return text + std::string(text.size() < width ? width - text.size() : 1, ' ');
}

std::string overview(const std::vector<Verb>& verbs) {
  std::string text =
      "centigan turns about 100 pictures into a trained generator, and the generator into a C file.\n\n"
      "usage: centigan VERB --flags\n\n";
  for (const auto& verb : verbs) text += "  " + padded(verb.name, 10) + verb.summary + "\n";
  return text +
         "\n`centigan VERB --help` lists the flags of a verb, `centigan --version` tells what this is.\n"
         "exit codes: 0 done, 1 the work failed or was interrupted, 2 the command line or configuration is wrong\n";
}

std::string help_page(const Verb& verb) {
  std::string text = verb.summary + "\n\nusage: centigan " + verb.name + " " + verb.usage + "\n\n";
  std::vector<Option> own = verb.options;
  own.insert(own.end(), common_options().begin(), common_options().end());
  text += block(own);
  if (!verb.fields) return text;
  return text + "\nconfiguration, as `--key V`, `--key=V` or `key=V`, with the defaults:\n\n" +
         field_block(verb.fields());
}

}  // namespace centigan
