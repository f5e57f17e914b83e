#include "flag_names.h"

#include <algorithm>
#include <cctype>

namespace centigan {
namespace {

// Config keys are written with '_', flags by habit with '-': both mean the same.
std::string dashed(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

bool looks_like_a_key(const std::string& text) {
  const auto legal = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.'; };
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), legal);
}

void add_option(FlagNames& names, const Option& option) {
  names.key[dashed(option.name)] = option.name;
  names.keys.insert(option.name);
  if (option.value.empty()) names.switches.insert(option.name);
}

void add_field(FlagNames& names, const ConfigField& field) {
  names.key.emplace(dashed(field.key), field.key);
  names.keys.insert(field.key);
  if (field.type == "bool") names.bool_fields.insert(field.key);
}

}  // namespace

const std::map<std::string, std::string>& short_names() {
  static const std::map<std::string, std::string> names = {{"data", "data.path"},
                                                           {"model", "model.family"},
                                                           {"resolution", "model.resolution"},
                                                           {"augment", "trainer.augment"},
                                                           {"init", "trainer.init"},
                                                           {"kimg", "trainer.kimg"},
                                                           {"batch", "trainer.batch"},
                                                           {"seed", "trainer.seed"},
                                                           {"threads", "trainer.threads"},
                                                           {"save-every", "trainer.save_every"},
                                                           {"eval-every", "trainer.eval_every"},
                                                           {"keep", "trainer.keep"},
                                                           {"patience", "trainer.patience"},
                                                           {"on-save-error", "trainer.on_save_error"},
                                                           {"fit", "data.fit"},
                                                           {"resize-filter", "data.resize_filter"},
                                                           {"alpha", "data.alpha"},
                                                           {"exif", "data.exif"},
                                                           {"strict", "data.strict"},
                                                           {"max-pixels", "data.max_pixels"},
                                                           {"subset", "data.subset"},
                                                           {"holdout", "data.holdout"},
                                                           {"split-seed", "data.split_seed"}};
  return names;
}

const std::vector<Option>& common_options() {
  static const std::vector<Option> options = {
      {"help", "", "", "Print this page."},
      {"quiet", "", "", "Print errors and warnings only."},
      {"verbose", "", "", "Print where inside LibTorch an error came from."},
  };
  return options;
}

std::vector<std::string> FlagNames::all_flags() const {
  std::vector<std::string> flags;
  for (const auto& [name, kept] : key) flags.push_back("--" + name);
  return flags;
}

FlagNames flag_names(const Verb& verb, const std::vector<ConfigField>& fields) {
  FlagNames names;
  for (const auto& option : common_options()) add_option(names, option);
  for (const auto& option : verb.options) add_option(names, option);
  for (const auto& field : fields) add_field(names, field);
  for (const auto& [name, key] : short_names())
    if (names.keys.count(key)) names.key.emplace(name, key);
  return names;
}

FlagWord split_flag(const std::string& word, const FlagNames& names, bool every_key) {
  const auto equals = word.find('=');
  const bool has_value = equals != std::string::npos;
  const std::string head = word.substr(0, equals), value = has_value ? word.substr(equals + 1) : "";
  if (word.size() > 1 && word[0] == '-')
    return {dashed(head.substr(std::min(head.find_first_not_of('-'), head.size()))), value, has_value};
  const bool key = has_value && looks_like_a_key(head) && (every_key || names.key.count(dashed(head)));
  return key ? FlagWord{dashed(head), value, true} : FlagWord{};
}

}  // namespace centigan
