#include "policy_items.h"

#include <charconv>

#include "centigan/core/error.h"
#include "centigan/diffaug/ada.h"
#include "operators.h"

namespace centigan {
namespace {

const std::vector<std::string> kOwnWords = {"brightness", "saturation", "contrast", "color", "translation", "cutout"};
const std::vector<std::string> kCombinations = {"blit", "geom", "color", "filter", "noise", "cutout",
                                                "bg",   "bgc",  "bgcf",  "bgcfn",  "bgcfnc"};

std::string without_blanks(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

std::vector<std::string> parts_of(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (size_t first = 0;;) {
    const size_t stop = text.find(separator, first);
    parts.push_back(without_blanks(text.substr(first, stop - first)));
    if (stop == std::string::npos) return parts;
    first = stop + 1;
  }
}

bool is_one_of(const std::string& word, const std::vector<std::string>& words) {
  for (const std::string& known : words)
    if (word == known) return true;
  return false;
}

std::string listed(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

// The only option of a plugin's step: p.
std::optional<double> read_p(const std::string& policy, const std::string& step,
                             const std::vector<std::string>& options) {
  if (options.empty()) return {};
  const size_t equals = options[0].find('=');
  const std::string name = without_blanks(options[0].substr(0, equals));
  if (options.size() > 1 || name != "p")
    refuse_policy(policy, step + " has no option '" + (name == "p" ? options[1] : name) + "'", "its one option is p=");
  const std::string value = equals == std::string::npos ? "" : without_blanks(options[0].substr(equals + 1));
  double p = 0.0;
  const auto [stop, code] = std::from_chars(value.data(), value.data() + value.size(), p);
  if (code != std::errc() || stop != value.data() + value.size() || !(p >= 0.0 && p <= 1.0))
    refuse_policy(policy, step + ": p must be a number from 0 to 1, got '" + value + "'",
                  "write it as in " + step + ":p=0.5");
  return p;
}

PolicyItem own_item(const std::string& policy, const std::string& text, const std::string& word) {
  PolicyText read = read_policy(text);
  if (!read.error.empty()) refuse_policy(policy, read.error, read.hint);
  return {PolicyItem::Kind::kOwn, text, word, {}, std::move(read.steps)};
}

PolicyItem ada_item(const std::string& policy, const std::string& text, const std::vector<std::string>& parts) {
  std::string plain;
  for (size_t i = 1; i < parts.size(); ++i) plain += (i > 1 ? ":" : "") + parts[i];
  const AdaCombination read = read_ada_combination(plain);
  if (!read.error.empty()) refuse_policy(policy, "ada: " + read.error, read.hint);
  const auto p = read.has_p ? std::optional<double>(read.p) : std::nullopt;
  return {PolicyItem::Kind::kAda, text, parts[1], p, {}};
}

PolicyItem foreign_item(const std::string& policy, const std::string& text) {
  const size_t stop = text.find(':', text.find("::") + 2);
  const std::string name = without_blanks(text.substr(0, stop));
  const std::vector<std::string> options =
      stop == std::string::npos ? std::vector<std::string>() : parts_of(text.substr(stop + 1), ':');
  return {PolicyItem::Kind::kForeign, text, name, read_p(policy, name, options), {}};
}

// What stands before the first option.
std::string name_of(const std::string& text) {
  const size_t equals = text.find('=');
  return equals == std::string::npos ? text : without_blanks(text.substr(0, text.rfind(':', equals)));
}

PolicyItem read_item(const std::string& policy, const std::string& text) {
  if (text.find("::") != std::string::npos) return foreign_item(policy, text);
  const std::vector<std::string> parts = parts_of(text, ':');
  if (parts[0] == "ada") return ada_item(policy, text, parts);
  if (is_one_of(parts[0], kOwnWords)) return own_item(policy, text, parts[0]);
  const std::vector<std::string> known = known_steps();
  const std::string name = name_of(text);
  refuse_policy(policy, name.empty() ? "a step is empty" : "no step is called '" + name + "'",
                did_you_mean(name, known, "known are " + listed(known)));
}

}  // namespace

void refuse_policy(const std::string& policy, const std::string& what, const std::string& hint) {
  fail_usage("diffaug", "policy '" + policy + "'", escaped(what), escaped(hint));
}

std::vector<PolicyItem> policy_items(const std::string& policy) {
  std::vector<PolicyItem> items;
  if (without_blanks(policy).empty()) return items;
  for (const std::string& text : parts_of(policy, ',')) items.push_back(read_item(policy, text));
  return items;
}

std::vector<std::string> known_steps() {
  std::vector<std::string> known = kOwnWords;
  for (const std::string& combination : kCombinations) known.push_back("ada:" + combination);
  for (const std::string& name : foreign_operator_names()) known.push_back(name);
  return known;
}

std::string short_number(double value) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
}

}  // namespace centigan
