#include "centigan/core/json.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "utf8.h"

namespace centigan {

void json_error(const std::string& reason) {
  throw std::invalid_argument(reason);
}

void JsonCursor::skip_blanks() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
    ++at_;
}

bool JsonCursor::next_is(char c) {
  skip_blanks();
  return at_ < text_.size() && text_[at_] == c;
}

bool JsonCursor::take(char c) {
  if (!next_is(c)) return false;
  ++at_;
  return true;
}

void JsonCursor::expect(char c) {
  if (!take(c)) json_error(std::string("'") + c + "' is missing at byte " + std::to_string(at_));
}

bool JsonCursor::at_end() {
  skip_blanks();
  return at_ == text_.size();
}

unsigned JsonCursor::hex4() {
  unsigned value = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) json_error("a \\u escape is broken at byte " + std::to_string(at_));
    value = value * 16 + static_cast<unsigned>(digit);
  }
  return value;
}

// The character behind a backslash; at_ is on the letter. Characters above U+FFFF come as a pair of surrogates.
unsigned JsonCursor::escape_code() {
  const char letter = at_ < text_.size() ? text_[at_++] : '\0';
  switch (letter) {
    case '"':
    case '\\':
    case '/':
      return static_cast<unsigned char>(letter);
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'u':
      break;
    default:
      json_error("an escape is unknown at byte " + std::to_string(at_));
  }
  const unsigned high = hex4();
  if (high < 0xD800 || high > 0xDFFF) return high;
  if (high > 0xDBFF || text_.compare(at_, 2, "\\u") != 0)
    json_error("half a surrogate pair at byte " + std::to_string(at_));
  at_ += 2;
  const unsigned low = hex4();
  if (low < 0xDC00 || low > 0xDFFF) json_error("half a surrogate pair at byte " + std::to_string(at_));
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

std::string JsonCursor::string() {
  expect('"');
  std::string value;
  for (;;) {
    if (at_ >= text_.size()) json_error("a string has no end");
    const unsigned char c = static_cast<unsigned char>(text_[at_]);
    const size_t length = utf8_length(text_, at_);
    if (length == 0 || c < 0x20) json_error("a string holds a byte that is not text at byte " + std::to_string(at_));
    if (c == '"') break;
    if (c == '\\') {
      ++at_;
      append_utf8(value, escape_code());
    } else {
      value.append(text_, at_, length);
      at_ += length;
    }
  }
  ++at_;
  return value;
}

int64_t JsonCursor::integer() {
  skip_blanks();
  const size_t first = at_;
  uint64_t value = 0;
  for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
    value = value * 10 + static_cast<uint64_t>(text_[at_] - '0');
    if (at_ - first >= 18) json_error("a number is too large at byte " + std::to_string(first));
  }
  const bool leading_zero = at_ - first > 1 && text_[first] == '0';
  if (at_ == first || leading_zero) json_error("a whole number is missing at byte " + std::to_string(first));
  return static_cast<int64_t>(value);
}

std::string JsonCursor::number_text() {
  skip_blanks();
  const size_t end = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size());
  const std::string text = text_.substr(at_, end - at_);
  at_ = end;
  return text;
}

bool JsonCursor::take_null() {
  skip_blanks();
  if (text_.compare(at_, 4, "null") != 0) return false;
  at_ += 4;
  return true;
}

void JsonCursor::skip_value() {
  static const char* const kPlain = "+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  int64_t depth = 0;
  do {
    if (next_is('"')) {
      string();
    } else if (take('{') || take('[')) {
      ++depth;
    } else if (depth > 0 && (take('}') || take(']'))) {
      --depth;
    } else if (!(depth > 0 && (take(',') || take(':')))) {
      const size_t end = std::min(text_.find_first_not_of(kPlain, at_), text_.size());
      if (end == at_) json_error("a value is missing at byte " + std::to_string(at_));
      at_ = end;
    }
  } while (depth > 0);
}

std::vector<int64_t> JsonCursor::integers(size_t most) {
  std::vector<int64_t> values;
  expect('[');
  if (take(']')) return values;
  do {
    if (values.size() == most) json_error("a list has more than " + std::to_string(most) + " numbers");
    values.push_back(integer());
  } while (take(','));
  expect(']');
  return values;
}

}  // namespace centigan
