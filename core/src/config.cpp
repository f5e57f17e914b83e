#include "centigan/core/config.h"

#include <algorithm>
#include <set>

#include "centigan/core/error.h"
#include "config_text.h"

namespace centigan {
namespace {

// Keeps the dotted prefix of nested structs.
class ConfigWalker : public ConfigVisitor {
 protected:
  void enter(const char* name) override { prefix_.push_back(name); }
  void leave() override { prefix_.pop_back(); }
  std::string key(const char* name) const {
    std::string key;
    for (const std::string& part : prefix_) key += part + ".";
    return key + name;
  }

 private:
  std::vector<std::string> prefix_;
};

class FieldLister final : public ConfigWalker {
 public:
  std::vector<ConfigField> fields;
  void field(const char* n, bool& v, const char* help) override { add(n, v ? "true" : "false", help, "bool"); }
  void field(const char* n, int64_t& v, const char* help) override { add(n, std::to_string(v), help, "int"); }
  void field(const char* n, double& v, const char* help) override { add(n, double_text(v), help, "float"); }
  void field(const char* n, std::string& v, const char* help) override { add(n, quote_if_needed(v), help, "text"); }
  void field(const char* n, std::vector<int64_t>& v, const char* help) override { add(n, ints_text(v), help, "ints"); }
  void field(const char* n, Curve& v, const char* help) override { add(n, v.text(), help, "curve"); }

 private:
  void add(const char* name, const std::string& value, const char* help, const char* type) {
    fields.push_back({key(name), value, help, type});
  }
};

// Assigns one field; remembers whether it was there and what was expected when the value did not parse.
class FieldSetter final : public ConfigWalker {
 public:
  FieldSetter(const std::string& key, const std::string& value) : key_(key), value_(value) {}
  bool found = false;
  std::string expected;

  void field(const char* n, bool& v, const char*) override {
    if (!matches(n)) return;
    if (value_ == "true" || value_ == "false")
      v = value_ == "true";
    else
      expected = "true or false";
  }
  void field(const char* n, int64_t& v, const char*) override {
    if (matches(n) && !parse_int(value_, v)) expected = "a whole number of at most 64 bits";
  }
  void field(const char* n, double& v, const char*) override {
    if (matches(n) && !parse_double(value_, v)) expected = "a finite number such as 0.0025";
  }
  void field(const char* n, std::string& v, const char*) override {
    if (matches(n) && !unquote(value_, v))
      expected = "a text; inside double quotes only \\xNN, \\\\ and \\\" are known";
  }
  void field(const char* n, std::vector<int64_t>& v, const char*) override {
    if (matches(n) && !parse_ints(value_, v)) expected = "whole numbers joined by commas, such as 64,32,16";
  }
  void field(const char* n, Curve& v, const char*) override {
    if (matches(n) && !Curve::parse(value_, v)) expected = "a number, or kimg:value pairs such as 0:0.002,100:0.001";
  }

 private:
  bool matches(const char* name) {
    if (key(name) != key_) return false;
    return found = true;
  }
  const std::string &key_, &value_;
};

std::string normal_key(std::string key) {
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

std::string last_component(const std::string& key) {
  return key.substr(key.rfind('.') + 1);
}

// A key may be mistyped, or right but without its group.
std::string nearest_key(const ConfigRef& config, const std::string& key) {
  std::string best;
  int least = static_cast<int>(key.size()) / 3 + 2;
  for (const ConfigField& field : config_fields(config)) {
    const int distance =
        std::min(edit_distance(key, field.key), edit_distance(last_component(key), last_component(field.key)));
    if (distance < least) least = distance, best = field.key;
  }
  return best.empty() ? "all keys and their meaning are in the help of the command" : "did you mean " + best + "?";
}

std::map<std::string, std::string> config_map(const std::string& text, const std::string& source) {
  std::map<std::string, std::string> values;
  for (const ConfigLine& line : config_lines(text, source)) values[normal_key(line.key)] = line.value;
  return values;
}

std::string value_or_missing(const std::map<std::string, std::string>& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? "(missing)" : found->second.empty() ? "(empty)" : found->second;
}

}  // namespace

std::vector<ConfigField> config_fields(const ConfigRef& config) {
  FieldLister lister;
  config.accept(lister);
  return lister.fields;
}

std::string write_config(const ConfigRef& config) {
  std::string text;
  for (const ConfigField& field : config_fields(config)) text += field.key + " = " + field.value + "\n";
  return text;
}

void set_config(const ConfigRef& config, const std::string& key, const std::string& value, const std::string& source) {
  const std::string name = normal_key(key);
  FieldSetter setter(name, value);
  config.accept(setter);
  if (!setter.found) fail_usage("config", source, escaped(key) + ": no such key", nearest_key(config, name));
  if (!setter.expected.empty()) {
    fail_usage("config", source, name + ": '" + escaped(value) + "' is not a value of this key",
               "expected " + setter.expected);
  }
}

void read_config(const ConfigRef& config, const std::string& text, const std::string& source) {
  std::set<std::string> seen;
  for (const ConfigLine& line : config_lines(text, source)) {
    const std::string where = source + ": line " + std::to_string(line.number);
    set_config(config, line.key, line.value, where);
    if (!seen.insert(normal_key(line.key)).second) {
      fail_usage("config", where, line.key + ": given twice", "remove one of the two lines");
    }
  }
}

std::vector<std::string> config_differences(const std::string& stored, const std::string& now,
                                            const std::vector<std::string>& ignore) {
  const auto before = config_map(stored, "stored configuration"), after = config_map(now, "configuration");
  std::set<std::string> keys;
  for (const auto& values : {before, after}) {
    for (const auto& [key, value] : values) keys.insert(key);
  }
  for (const std::string& key : ignore) keys.erase(key);
  std::vector<std::string> differences;
  for (const std::string& key : keys) {
    const std::string old_value = value_or_missing(before, key), new_value = value_or_missing(after, key);
    if (old_value != new_value) differences.push_back(key + ": stored " + old_value + ", now " + new_value);
  }
  return differences;
}

}  // namespace centigan
