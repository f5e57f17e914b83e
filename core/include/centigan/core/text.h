// Small texts.
#pragma once
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

// Up to the first line break.
inline std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace centigan
