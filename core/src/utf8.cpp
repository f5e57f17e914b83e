#include "utf8.h"

namespace centigan {
namespace {

unsigned utf8_byte(const std::string& text, size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

bool continues(const std::string& text, size_t at, unsigned low = 0x80, unsigned high = 0xBF) {
  const unsigned byte = utf8_byte(text, at);
  return byte >= low && byte <= high;
}

// The second byte has a narrower range after E0, ED, F0 and F4 (Unicode standard, table 3-7).
bool second_byte_fits(const std::string& text, size_t at, unsigned first) {
  if (first == 0xE0) return continues(text, at, 0xA0);
  if (first == 0xED) return continues(text, at, 0x80, 0x9F);
  if (first == 0xF0) return continues(text, at, 0x90);
  if (first == 0xF4) return continues(text, at, 0x80, 0x8F);
  return continues(text, at);
}

}  // namespace

size_t utf8_length(const std::string& text, size_t at) {
  const unsigned first = utf8_byte(text, at);
  if (at >= text.size()) return 0;
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (!second_byte_fits(text, at + 1, first)) return 0;
  for (size_t i = 2; i < length; ++i) {
    if (!continues(text, at + i)) return 0;
  }
  return length;
}

bool valid_utf8(const std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = utf8_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

void append_utf8(std::string& text, unsigned code_point) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | ((code_point >> shift) & 0x3F)); };
  if (code_point < 0x80) {
    text += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    text += static_cast<char>(0xC0 | (code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    text += static_cast<char>(0xE0 | (code_point >> 12));
    tail(6), tail(0);
  } else {
    text += static_cast<char>(0xF0 | (code_point >> 18));
    tail(12), tail(6), tail(0);
  }
}

std::string hex_escape(unsigned char byte) {
  const char* digits = "0123456789abcdef";
  return {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
}

}  // namespace centigan
