#include <algorithm>
#include <charconv>
#include <string_view>

#include "centigan/diffaug/policy.h"
#include "common/nearest_word.h"

namespace centigan {
namespace {

const std::vector<std::string> kWords = {"brightness", "saturation", "contrast", "color", "translation", "cutout"};
const std::vector<std::string> kOptions = {"ratio", "p"};

std::string trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
  return first == std::string_view::npos ? "" : std::string(text.substr(first, last - first + 1));
}

std::vector<std::string> split_trimmed(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (size_t stop; (stop = text.find(separator)) != std::string_view::npos; text.remove_prefix(stop + 1))
    parts.push_back(trimmed(text.substr(0, stop)));
  parts.push_back(trimmed(text));
  return parts;
}

bool read_fraction(const std::string& text, double& value) {
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() && stop == text.data() + text.size() && value >= 0.0 && value <= 1.0;
}

bool takes_ratio(const std::string& op) {
  return op == "translation" || op == "cutout";
}

// "name=value" into `step`.
void read_option(const std::string& option, PolicyStep& step, bool& ratio_seen, PolicyText& result) {
  const size_t equals = option.find('=');
  const std::string name = trimmed(option.substr(0, equals));
  const std::string value = equals == std::string::npos ? "" : trimmed(option.substr(equals + 1));
  if (std::find(kOptions.begin(), kOptions.end(), name) == kOptions.end()) {
    result.error = step.op + " has no option '" + name + "'", result.hint = nearest_hint(name, kOptions);
  } else if (name == "ratio" && !takes_ratio(step.op)) {
    result.error = step.op + " has no ratio", result.hint = "ratio belongs to translation and cutout";
  } else if (name == "p" ? step.gated : ratio_seen) {
    result.error = step.op + " has " + name + " twice", result.hint = "keep one of them";
  } else if (!read_fraction(value, name == "p" ? step.p : step.ratio)) {
    result.error = step.op + ": " + name + " must be a number from 0 to 1, got '" + value + "'";
    result.hint = "write it as in " + step.op + ":" + name + "=0.5";
  }
  (name == "p" ? step.gated : ratio_seen) = true;
}

void append_step(PolicyStep step, std::vector<PolicyStep>& steps) {
  if (step.op != "color") return steps.push_back(step);
  for (const char* op : {"brightness", "saturation", "contrast"}) {
    step.op = op;
    steps.push_back(step);
  }
}

// "word:option:option".
void read_item(const std::string& item, PolicyText& result) {
  const std::vector<std::string> parts = split_trimmed(item, ':');
  PolicyStep step;
  step.op = parts[0];
  if (std::find(kWords.begin(), kWords.end(), step.op) == kWords.end()) {
    result.error = step.op.empty() ? "a step is empty" : "no step is called '" + step.op + "'";
    result.hint = nearest_hint(step.op, kWords);
    return;
  }
  step.ratio = step.op == "translation" ? 0.125 : step.op == "cutout" ? 0.5 : 0.0;
  bool ratio_seen = false;
  for (size_t i = 1; i < parts.size() && result.error.empty(); ++i) read_option(parts[i], step, ratio_seen, result);
  append_step(step, result.steps);
}

}  // namespace

PolicyText read_policy(const std::string& text) {
  PolicyText result;
  if (trimmed(text).empty()) return result;
  for (const std::string& item : split_trimmed(text, ',')) {
    read_item(item, result);
    if (result.error.empty()) continue;
    result.steps.clear();
    break;
  }
  return result;
}

int64_t policy_draws(const PolicyStep& step) {
  return takes_ratio(step.op) ? 2 : 1;
}

}  // namespace centigan
