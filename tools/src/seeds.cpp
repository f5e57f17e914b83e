#include "seeds.h"

#include <charconv>
#include <sstream>

#include "centigan/core/error.h"

namespace centigan {
namespace {

constexpr uint64_t kMostNumbers = 1000000;

bool read_number(const std::string& text, uint64_t& value) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() && result.ptr == text.data() + text.size() && value < (uint64_t{1} << 63);
}

// "7" or "0-63"; false: neither.
bool read_range(const std::string& text, std::vector<uint64_t>& numbers) {
  const auto dash = text.find('-');
  uint64_t first = 0, last = 0;
  if (!read_number(text.substr(0, dash), first)) return false;
  if (dash == std::string::npos)
    last = first;
  else if (!read_number(text.substr(dash + 1), last))
    return false;
  if (last < first || last - first >= kMostNumbers - numbers.size()) return false;
  for (uint64_t number = first; number <= last; ++number) numbers.push_back(number);
  return true;
}

}  // namespace

std::vector<uint64_t> number_list(const CommandLine& line, const std::string& name) {
  std::vector<uint64_t> numbers;
  const std::string text = line.text(name);
  std::stringstream parts(text);
  bool good = !text.empty() && text.back() != ',';
  for (std::string part; good && std::getline(parts, part, ',');) good = read_range(part, numbers);
  if (!good)
    fail_usage(line.verb().name, "--" + name, "\"" + escaped(text) + "\" is not a list of at most a million numbers",
               "write for example --" + name + " 0-63 or --" + name + " 3,5,8-11");
  return numbers;
}

}  // namespace centigan
