// Configuration: plain structs with defaults, and one `visit` function beside each that names every field with one
// sentence of help. From that list come the text file, its strict reader, the command line flags and the help page.
//
//   struct LoopConfig { int64_t batch = 16; };
//   inline void visit(ConfigVisitor& v, LoopConfig& c) { v.field("batch", c.batch, "Pictures a step."); }
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "centigan/core/curve.h"

namespace centigan {

class ConfigVisitor {
 public:
  virtual ~ConfigVisitor() = default;
  virtual void field(const char* name, bool& value, const char* help) = 0;
  virtual void field(const char* name, int64_t& value, const char* help) = 0;
  virtual void field(const char* name, double& value, const char* help) = 0;
  virtual void field(const char* name, std::string& value, const char* help) = 0;
  virtual void field(const char* name, std::vector<int64_t>& value, const char* help) = 0;
  virtual void field(const char* name, Curve& value, const char* help) = 0;

  // A nested struct: its fields are called `name.field`. Finds visit(ConfigVisitor&, C&) by argument-dependent lookup.
  template <class C>
  void group(const char* name, C& config) {
    enter(name);
    visit(*this, config);
    leave();
  }

 protected:
  virtual void enter(const char* name) = 0;
  virtual void leave() = 0;
};

// Any config struct, type-erased. Refers to the struct; the caller keeps it alive.
class ConfigRef {
 public:
  template <class C>
  explicit ConfigRef(C& config) : visit_([&config](ConfigVisitor& v) { visit(v, config); }) {}
  void accept(ConfigVisitor& v) const { visit_(v); }

 private:
  std::function<void(ConfigVisitor&)> visit_;
};

struct ConfigField {
  std::string key, value, help,
      type;  // key is dotted; value as in the text file; type: bool, int, float, text, ints, curve
};

// All fields in order, with their present values.
std::vector<ConfigField> config_fields(const ConfigRef& config);

// Keys are read with '-' for '_' too. A text that would not read back plainly (blanks at its ends, '#', '"', control
// characters) stands in double quotes, with \xNN, \\ and \" inside. A '#' after a blank begins a comment.
//
// `key = value` lines, one a field, in order. read_config(write_config(c)) reproduces c exactly.
std::string write_config(const ConfigRef& config);

// Strict reader of that text: '#' comments, blank lines; unknown or repeated key, bad value: usage error that names
// `source` and the line. Fields that are not mentioned keep their value.
void read_config(const ConfigRef& config, const std::string& text, const std::string& source);

// Sets one field from text. Unknown key or bad value: usage error (where = `source`).
void set_config(const ConfigRef& config, const std::string& key, const std::string& value, const std::string& source);

// "key: stored X, now Y" for each key in which two config texts differ (missing keys count), without keys in `ignore`.
std::vector<std::string> config_differences(const std::string& stored, const std::string& now,
                                            const std::vector<std::string>& ignore = {});

}  // namespace centigan
