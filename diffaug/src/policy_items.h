// A policy text, cut into what different operators do.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "centigan/diffaug/policy.h"

namespace centigan {

struct PolicyItem {
  enum class Kind { kOwn, kAda, kForeign };
  Kind kind = Kind::kOwn;
  std::string text;             // as written, without blanks around it
  std::string name;             // kOwn: the word; kAda: the combination; kForeign: acme::swirl
  std::optional<double> p;      // of kAda and kForeign
  std::vector<PolicyStep> own;  // of kOwn
};

// Usage error for what cannot be read. Foreign names are not looked up here.
std::vector<PolicyItem> policy_items(const std::string& policy);

// The one error of a policy text.
[[noreturn]] void refuse_policy(const std::string& policy, const std::string& what, const std::string& hint);

// Words, ADA's combinations and the operators of plugins that are loaded.
std::vector<std::string> known_steps();

// A number as short as it reads back.
std::string short_number(double value);

}  // namespace centigan
