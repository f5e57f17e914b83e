#include "centigan/core/error.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "utf8.h"

namespace centigan {
namespace {

std::string error_text(const std::string& component, const std::string& where, const std::string& what,
                       const std::string& hint) {
  std::string text = component + ": ";
  if (!where.empty()) text += escaped(where) + ": ";
  text += what;
  if (!hint.empty()) text += "\n  hint: " + hint;
  return text;
}

}  // namespace

Error::Error(const std::string& component, const std::string& where, const std::string& what, const std::string& hint,
             ExitCode code)
    : std::runtime_error(error_text(component, where, what, hint)), code_(code) {}

void fail(const std::string& component, const std::string& where, const std::string& what, const std::string& hint) {
  throw Error(component, where, what, hint);
}

void fail_usage(const std::string& component, const std::string& where, const std::string& what,
                const std::string& hint) {
  throw Error(component, where, what, hint, ExitCode::kUsage);
}

// Levenshtein's distance, one row of the table at a time.
int edit_distance(const std::string& a, const std::string& b) {
  std::vector<int> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 0; i < a.size(); ++i) {
    int diagonal = row[0]++;
    for (size_t j = 0; j < b.size(); ++j) {
      const int replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

std::string escaped(const std::string& text) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const unsigned char byte = static_cast<unsigned char>(text[at]);
    const size_t length = utf8_length(text, at);
    // U+0080..U+009F are control characters too, and some terminals obey them.
    const bool control = byte < 0x20 || byte == 0x7F || (byte == 0xC2 && length == 2 && text[at + 1] < '\xA0');
    if (length == 0 || control || byte == '\\') {
      result += hex_escape(byte);
      at += 1;
    } else {
      result.append(text, at, length);
      at += length;
    }
  }
  return result;
}

}  // namespace centigan
