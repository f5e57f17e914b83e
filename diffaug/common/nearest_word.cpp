#include "common/nearest_word.h"

#include <algorithm>
#include <numeric>

namespace centigan {
namespace {

int letters_apart(const std::string& a, const std::string& b) {
  std::vector<int> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const int change = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest_hint(const std::string& word, const std::vector<std::string>& known) {
  std::string list;
  for (const std::string& k : known) list += (list.empty() ? "" : ", ") + k;
  const auto best = std::min_element(known.begin(), known.end(), [&](const auto& a, const auto& b) {
    return letters_apart(word, a) < letters_apart(word, b);
  });
  const bool near = letters_apart(word, *best) <= static_cast<int>(best->size() + 2) / 3;
  return near ? "did you mean " + *best + "?" : "known are " + list;
}

}  // namespace centigan
