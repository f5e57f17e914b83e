#include <cstdlib>
#include <stdexcept>

#include "centigan/core/json.h"
#include "centigan/core/log.h"

namespace centigan {
namespace {

JsonValue number_of(const std::string& text) {
  char* end = nullptr;
  const bool whole = text.find_first_of(".eE") == std::string::npos;
  const JsonValue value =
      whole ? JsonValue(int64_t{std::strtoll(text.c_str(), &end, 10)}) : JsonValue(std::strtod(text.c_str(), &end));
  if (text.empty() || *end) json_error("a value is missing");
  return value;
}

}  // namespace

std::optional<JsonFields> parse_json_line(const std::string& line) {
  JsonFields fields;
  try {
    JsonCursor cursor(line);
    cursor.object([&](const std::string& key) {
      fields.emplace_back(key, cursor.next_is('"') ? JsonValue(cursor.string()) : number_of(cursor.number_text()));
    });
    if (!cursor.at_end()) return std::nullopt;
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
  return fields;
}

}  // namespace centigan
