#include "duration.h"

#include <cstdlib>
#include <map>

#include "centigan/core/error.h"

namespace centigan {
namespace {

// Seconds, or 0 if `text` is no such thing.
double parsed_duration(const std::string& text) {
  static const std::map<char, double> units = {{'s', 1.0}, {'m', 60.0}, {'h', 3600.0}, {'d', 86400.0}};
  double seconds = 0.0;
  for (const char* at = text.c_str(); *at != 0;) {
    if ((*at < '0' || *at > '9') && *at != '.') return 0.0;  // strtod takes signs, blanks and words
    char* end = nullptr;
    const double number = std::strtod(at, &end);
    const auto unit = units.find(*end);
    if (end == at || unit == units.end()) return 0.0;
    seconds += number * unit->second;
    at = end + 1;
  }
  return seconds;
}

}  // namespace

double duration_of(const CommandLine& line, const std::string& name) {
  if (!line.has(name)) return 0.0;
  const double seconds = parsed_duration(line.text(name));
  if (!(seconds > 0.0 && seconds < 1e9))
    fail_usage(line.verb().name, "--" + name, escaped(line.text(name)) + " is no span of time",
               "write 90m, 2h, 1h30m or 5400s");
  return seconds;
}

}  // namespace centigan
