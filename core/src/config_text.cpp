#include "config_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "centigan/core/error.h"
#include "utf8.h"

namespace centigan {
namespace {

constexpr size_t kMaxConfigBytes = 1 << 20;
const char* const kBlanks = " \t\r";

template <class Number>
bool parse_number(const std::string& text, Number& value) {
  Number parsed{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, parsed);
  if (error != std::errc() || stop != end) return false;
  value = parsed;
  return true;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A '#' after a blank begins a comment, except as first character of a value right before its text ("#ffffff").
// Quoted values keep their '#'.
std::string without_comment(const std::string& text) {
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && quoted)
      ++i;
    else if (text[i] == '"' && (quoted || i == 0))
      quoted = !quoted;
    else if (text[i] == '#' && !quoted) {
      const bool starts_value = i == 0 && text.size() > 1 && !is_blank(text[1]);
      if (!starts_value && (i == 0 || is_blank(text[i - 1]))) return text.substr(0, i);
    }
  }
  return text;
}

// "\x41", "\\" or "\"" at text[at], which is a backslash; moves `at` to its last character.
bool unescape(const std::string& text, size_t& at, std::string& value) {
  const char kind = at + 1 < text.size() ? text[at + 1] : '\0';
  if (kind == '\\' || kind == '"') {
    value += kind;
    at += 1;
    return true;
  }
  if (kind != 'x' || at + 3 >= text.size()) return false;
  const int high = hex_digit(text[at + 2]), low = hex_digit(text[at + 3]);
  if (high < 0 || low < 0) return false;
  value += static_cast<char>(high * 16 + low);
  at += 3;
  return true;
}

}  // namespace

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

bool parse_int(const std::string& text, int64_t& value) {
  return parse_number(text, value);
}

bool parse_double(const std::string& text, double& value) {
  double parsed;
  if (!parse_number(text, parsed) || !std::isfinite(parsed)) return false;
  value = parsed;
  return true;
}

bool parse_ints(const std::string& text, std::vector<int64_t>& value) {
  std::vector<int64_t> parsed;
  if (!trimmed(text).empty()) {
    for (const std::string& part : split(text, ',')) {
      parsed.emplace_back();
      if (!parse_int(trimmed(part), parsed.back())) return false;
    }
  }
  value = parsed;
  return true;
}

// Fixed where people write it so, and with the fewest digits that read back.
std::string double_text(double value) {
  char buffer[400];
  const double size = std::fabs(value);
  const bool fixed = size == 0 || (size >= 1e-5 && size < 1e15);
  const auto format = fixed ? std::chars_format::fixed : std::chars_format::scientific;
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value, format).ptr};
}

std::string ints_text(const std::vector<int64_t>& value) {
  std::string text;
  for (const int64_t i : value) text += (text.empty() ? "" : ",") + std::to_string(i);
  return text;
}

std::string quote_if_needed(const std::string& text) {
  const bool plain = escaped(text) == text && trimmed(text) == text && text.find('"') == std::string::npos &&
                     text.find('#') == std::string::npos;
  if (plain) return text;
  std::string quoted = "\"";
  for (const char c : escaped(text)) quoted += c == '"' ? hex_escape('"') : std::string(1, c);
  return quoted + "\"";
}

bool unquote(const std::string& text, std::string& value) {
  if (text.empty() || text[0] != '"') {
    value = text;
    return true;
  }
  std::string inner;
  for (size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      value = inner;
      return at + 1 == text.size();
    }
    if (text[at] != '\\')
      inner += text[at];
    else if (!unescape(text, at, inner))
      return false;
  }
  return false;
}

std::vector<ConfigLine> config_lines(const std::string& text, const std::string& source) {
  if (text.size() > kMaxConfigBytes) {
    fail_usage("config", source, std::to_string(text.size()) + " bytes are over the limit of 1 MiB",
               "a configuration is a few hundred lines of `key = value`; is this the right file?");
  }
  std::vector<ConfigLine> lines;
  int number = 0;
  for (const std::string& line : split(text, '\n')) {
    ++number;
    const std::string content = trimmed(line);
    if (content.empty() || content[0] == '#') continue;
    const size_t equals = content.find('=');
    if (equals == std::string::npos) {
      fail_usage("config", source + ": line " + std::to_string(number), "'" + escaped(content) + "' has no '='",
                 "write `key = value`, or # before a comment");
    }
    lines.push_back(
        {number, trimmed(content.substr(0, equals)), trimmed(without_comment(trimmed(content.substr(equals + 1))))});
  }
  return lines;
}

}  // namespace centigan
