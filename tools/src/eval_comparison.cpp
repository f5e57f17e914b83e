#include "eval_comparison.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "centigan/core/error.h"
#include "centigan/core/log.h"
#include "centigan/core/text.h"
#include "centigan/trainers/report.h"

namespace centigan {
namespace {

struct Measured {
  std::string name;
  std::vector<MeasuredNumber> numbers;
  const MeasuredNumber* of(const std::string& key) const {
    for (const MeasuredNumber& number : numbers)
      if (number.key == key) return &number;
    return nullptr;
  }
};

Measured measured_in(const std::string& path) {
  std::error_code ignored;
  const std::string file = std::filesystem::is_directory(path, ignored) ? path + "/metrics.jsonl" : path;
  int64_t unreadable = 0;
  Measured measured{path, newest_numbers(read_json_rows(file, unreadable))};
  if (measured.numbers.empty())
    fail("eval", escaped(path), "holds no numbers",
         "give run folders that were measured (`centigan eval --from RUN`), or files that --json made");
  return measured;
}

std::vector<Measured> all_measured(const std::string& list) {
  std::vector<Measured> all;
  for (const std::string& path : split(list, ',')) all.push_back(measured_in(path));
  if (all.size() < 2)
    fail_usage("eval", "--compare", "names one set of numbers", "give two or more, separated by commas");
  return all;
}

// The difference to the first one, in standard errors where both sides have one.
std::string difference_text(const MeasuredNumber& number, const MeasuredNumber& first) {
  const double difference = number.value - first.value;
  std::string text = format_text("%+.4g", difference);
  if (number.error && first.error && std::hypot(*number.error, *first.error) > 0)
    text += format_text(", %.1f standard errors", std::abs(difference) / std::hypot(*number.error, *first.error));
  return text;
}

void say_number(const std::string& key, const std::vector<Measured>& all) {
  say(key);
  const MeasuredNumber* first = nullptr;
  for (const Measured& measured : all) {
    const MeasuredNumber* number = measured.of(key);
    if (!number) continue;
    say("  " + number_text(*number) + "  " + measured.name +
        (number->kimg ? format_text(" at %g kimg", *number->kimg) : "") +
        (first ? "  (" + difference_text(*number, *first) + ")" : ""));
    if (!first) first = number;
  }
}

}  // namespace

int compare_numbers(const std::string& list) {
  const std::vector<Measured> all = all_measured(list);
  std::vector<std::string> keys, alone;
  for (const Measured& measured : all)
    for (const MeasuredNumber& number : measured.numbers)
      if (std::count(keys.begin(), keys.end(), number.key) == 0) keys.push_back(number.key);
  for (const std::string& key : keys) {
    const auto having = std::count_if(all.begin(), all.end(), [&](const Measured& m) { return m.of(key) != nullptr; });
    if (having > 1)
      say_number(key, all);
    else
      alone.push_back(key);
  }
  for (const std::string& key : alone) say("not compared, only one has it: " + key);
  return 0;
}

}  // namespace centigan
