// Small texts.
#pragma once
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace centigan {

// printf's text, at most 511 bytes of it.
template <class... Values>
std::string format_text(const char* form, Values... values) {
  char buffer[512];
  std::snprintf(buffer, sizeof buffer, form, values...);
  return buffer;
}

// "a, b, c"
inline std::string joined(const std::vector<std::string>& words, const std::string& separator = ", ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

// What lies between the separators: at least one part, which may be empty.
inline std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

// Up to the first line break.
inline std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace centigan
