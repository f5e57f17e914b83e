// What every failure of centigan looks like: one sentence saying what, where, and a hint what to do next.
#pragma once
#include <stdexcept>
#include <string>

namespace centigan {

enum class ExitCode : int { kDone = 0, kFailed = 1, kUsage = 2 };

// `component` and `where` (file, field, tensor, step) name the place, `what` says what is wrong with numbers and units,
// `hint` the likely remedy. `where` is passed through escaped(). what() gives "component: where: what\n  hint: hint".
class Error : public std::runtime_error {
 public:
  Error(const std::string& component, const std::string& where, const std::string& what, const std::string& hint,
        ExitCode code = ExitCode::kFailed);
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

// Throws Error with exit code 1 (the work failed) or 2 (command line or configuration is wrong). Every call stands in
// tests/errors.txt together with the test that provokes it.
[[noreturn]] void fail(const std::string& component, const std::string& where, const std::string& what,
                       const std::string& hint);
[[noreturn]] void fail_usage(const std::string& component, const std::string& where, const std::string& what,
                             const std::string& hint);

// "did you mean X?" with the candidate of least edit distance, or `otherwise` where none is near (distance > 1/3).
template <class Names>
std::string did_you_mean(const std::string& name, const Names& candidates, const std::string& otherwise);

int edit_distance(const std::string& a, const std::string& b);

// Control characters, backslashes and invalid UTF-8 as \xNN, so that a file name cannot forge a log line.
std::string escaped(const std::string& text);

template <class Names>
std::string did_you_mean(const std::string& name, const Names& candidates, const std::string& otherwise) {
  std::string best;
  int least = static_cast<int>(name.size()) / 3 + 2;
  for (const auto& candidate : candidates) {
    const int distance = edit_distance(name, candidate);
    if (distance < least) least = distance, best = candidate;
  }
  return best.empty() ? otherwise : "did you mean " + best + "?";
}

}  // namespace centigan
