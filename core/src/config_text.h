// The text side of configuration: numbers without locale, quoted texts, `key = value` lines.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace centigan {

std::string trimmed(const std::string& text);
std::vector<std::string> split(const std::string& text, char separator);  // n separators give n + 1 parts

bool parse_int(const std::string& text, int64_t& value);    // the whole text, in range
bool parse_double(const std::string& text, double& value);  // the whole text, finite
bool parse_ints(const std::string& text, std::vector<int64_t>& value);
std::string double_text(double value);  // shortest that reads back to the same bits
std::string ints_text(const std::vector<int64_t>& value);

// A text as it stands in a config file: in double quotes with \xNN where its plain form would not read back.
std::string quote_if_needed(const std::string& text);
bool unquote(const std::string& text, std::string& value);  // plain text as it is; false: broken quotes

struct ConfigLine {
  int number;
  std::string key, value;  // value still quoted
};

// Lines that are not blank or comments. Usage error for a line without '=' or a text over 1 MiB.
std::vector<ConfigLine> config_lines(const std::string& text, const std::string& source);

}  // namespace centigan
