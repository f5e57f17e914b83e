#include "search_tables.h"

#include <algorithm>

#include "centigan/core/text.h"

namespace centigan {
namespace {

constexpr size_t kShown = 5;
constexpr const char* kColumns = "%-9s %9s %9s %9s %12s  %s";

std::string amount(int64_t value) {
  return value > 0 ? std::to_string(value) : "-";
}

std::string table_line(const std::string& first, const DeviceCost& cost, const std::string& last = "") {
  std::string line = format_text(kColumns, first.c_str(), amount(cost.file).c_str(), amount(cost.flash).c_str(),
                                 amount(cost.ram).c_str(), amount(cost.instructions).c_str(), last.c_str());
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

std::string heading(const char* first, const char* last) {
  return format_text(kColumns, first, "file", "flash", "RAM", "instructions", last);
}

std::string budget_line(const DeviceBudget& budget) {
  DeviceCost limits;
  limits.flash = budget.flash, limits.ram = budget.ram, limits.instructions = budget.instructions;
  return table_line("budget", limits);
}

}  // namespace

std::vector<std::string> space_table(const SearchSpace& space, const DeviceBudget& budget) {
  std::vector<std::string> lines = {"what a search may choose from:"};
  for (const Gene& gene : space.genes()) {
    std::vector<std::string> values;
    for (const int64_t value : gene.values) values.push_back(std::to_string(value));
    lines.push_back("  " + gene.name + ": " + joined(values));
  }
  lines.push_back(heading("", ""));
  lines.push_back(table_line("smallest", space.cost(space.smallest())));
  lines.push_back(table_line("widest", space.cost(space.widest())));
  lines.push_back(budget_line(budget));
  return lines;
}

std::vector<std::string> best_table(const SearchSpace& space, const std::vector<Candidate>& sorted,
                                    const DeviceBudget& budget) {
  std::vector<std::string> lines = {"the best of " + std::to_string(sorted.size()) + " students:",
                                    heading("distance", "student")};
  for (size_t i = 0; i < std::min(kShown, sorted.size()); ++i)
    lines.push_back(table_line(format_text("%.4f", sorted[i].distance), sorted[i].cost,
                               description(space.student(sorted[i].genome))));
  lines.push_back(budget_line(budget));
  return lines;
}

}  // namespace centigan
