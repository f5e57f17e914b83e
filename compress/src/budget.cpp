#include "centigan/compress/budget.h"

#include <charconv>
#include <sstream>

#include "centigan/compress/instructions.h"
#include "centigan/compress/plan.h"
#include "centigan/core/error.h"

namespace centigan {
namespace {

constexpr double kMostAmount = 1e15;

// A positive number with K, M or nothing behind it.
int64_t parse_amount(const std::string& key, const std::string& text, double kilo) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string unit(read.ptr, text.data() + text.size());
  const double factor = unit == "K" || unit == "k" ? kilo : unit == "M" ? kilo * kilo : unit.empty() ? 1.0 : 0.0;
  if (read.ec != std::errc() || !(value * factor >= 1.0 && value * factor < kMostAmount))
    fail_usage("budget", key, escaped(text) + " is no amount", "a number above 0 with K or M, such as 60K");
  return static_cast<int64_t>(value * factor);
}

std::string exceeded(int64_t needed, const std::string& what, int64_t budget) {
  if (budget == 0 || needed <= budget) return "";
  return std::to_string(needed) + " " + what + ", and the budget is " + std::to_string(budget);
}

}  // namespace

int64_t parse_bytes(const std::string& key, const std::string& text) {
  return parse_amount(key, text, 1024.0);
}

DeviceBudget parse_budget(const std::string& text) {
  DeviceBudget budget;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const std::string key = part.substr(0, part.find('=')), value = part.substr(std::min(part.size(), key.size() + 1));
    if (key == "flash")
      budget.flash = parse_bytes(key, value);
    else if (key == "ram")
      budget.ram = parse_bytes(key, value);
    else if (key == "instructions")
      budget.instructions = parse_amount(key, value, 1000.0);
    else
      fail_usage("budget", escaped(part), "is no part of a budget",
                 "for example flash=512K,ram=128K,instructions=200M");
  }
  return budget;
}

DeviceCost cost_of(const QuantizedLite& model) {
  DeviceCost cost;
  cost.file = file_bytes(model);
  cost.flash = cost.file + kRuntimeCodeBytes;
  const int64_t handover = best_handover(model);
  cost.arena = arena_bytes(model, model.levels - 1, handover, 1);
  cost.ram = cost.arena + kRuntimeRamBytes;
  cost.macs = picture_macs(model, model.levels - 1);
  cost.instructions = picture_instructions(model, handover);
  return cost;
}

std::string over_budget(const DeviceCost& cost, const DeviceBudget& budget) {
  const std::string flash = exceeded(cost.flash, "bytes of flash", budget.flash);
  if (!flash.empty()) return flash;
  const std::string ram = exceeded(cost.ram, "bytes of RAM", budget.ram);
  return !ram.empty() ? ram : exceeded(cost.instructions, "instructions a picture", budget.instructions);
}

}  // namespace centigan
