// What an operator of a third party must keep so that training can use it (docs/plugins.md), and how each is proven.
// Proofs run code of the library: call them in a child process.
#pragma once
#include <string>
#include <vector>

namespace centigan {

struct ProofResult {
  enum Kind { kYes, kNo, kNotThere } kind;  // kNotThere: something optional is missing, and nothing is wrong
  std::string reason;
};

struct Proof {
  std::string name;
  ProofResult (*run)(const std::string& op);
};

// In the order in which they are printed. Without the first, the schema, the others cannot run.
const std::vector<Proof>& all_proofs();

}  // namespace centigan
