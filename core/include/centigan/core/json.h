// The little JSON that safetensors headers, lists of labels and our logs need: objects, strings, numbers, arrays of
// non-negative integers.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace centigan {

// Reads forward through a text. Every method throws std::invalid_argument with a short reason when the text is not as
// asked for. No recursion: the caller's grammar sets the depth.
class JsonCursor {
 public:
  explicit JsonCursor(const std::string& text) : text_(text) {}
  bool next_is(char c);  // after blanks, without moving
  void expect(char c);   // after blanks
  bool take(char c);     // expect, if it is there
  std::string string();
  int64_t integer();  // digits only, below 2^63
  std::vector<int64_t> integers(size_t most);
  std::string number_text();  // the characters of a number, as they stand
  bool take_null();
  void skip_value();  // any value; inside of it only strings and the depth of brackets are looked at
  bool at_end();      // only blanks are left
  // Calls entry(key) at each value of an object; refuses a key given twice.
  template <class Entry>
  void object(const Entry& entry);

 private:
  void skip_blanks();
  unsigned escape_code();
  unsigned hex4();
  const std::string& text_;
  size_t at_ = 0;
};

[[noreturn]] void json_error(const std::string& reason);

}  // namespace centigan

#include <set>

template <class Entry>
void centigan::JsonCursor::object(const Entry& entry) {
  std::set<std::string> seen;
  expect('{');
  if (take('}')) return;
  do {
    const std::string key = string();
    if (!seen.insert(key).second) json_error("the key \"" + key + "\" is there twice");
    expect(':');
    entry(key);
  } while (take(','));
  expect('}');
}
