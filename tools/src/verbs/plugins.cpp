// `centigan plugins`: which operators there are, and whether a library's can be trained with.
#include "centigan/core/plugins.h"

#include <algorithm>

#include "../drawing.h"
#include "../help.h"
#include "../operators.h"
#include "../plugin_proofs.h"
#include "../verbs.h"
#include "centigan/core/child.h"
#include "centigan/core/error.h"
#include "centigan/core/log.h"
#include "centigan/diffaug/ops.h"
#include "centigan/diffaug/policy.h"

namespace centigan {
namespace {

const char* const kUsage = "usage: centigan plugins list [FILE...], or centigan plugins check FILE";

// Our words take the draws that a policy of that one word takes.
std::string draws_text(const std::string& name) {
  const std::string own = "centigan::";
  if (name.rfind(own, 0) == 0) {
    const std::string word = name.substr(own.size());
    return read_policy(word).error.empty() ? std::to_string(diffaug_draws(word)) : "-";
  }
  if (!schema_problem(name).empty()) return "-";
  const ChildResult child = run_in_child([&] { return std::to_string(draws_of(name)); }, 20);
  return child.failure.empty() ? child.text : "?";
}

using Row = std::vector<std::string>;

const Row kColumns = {"operator", "draws", "kernels", "from", "schema"};

Row row_of(const std::string& name, const std::string& from) {
  return {name, draws_text(name), kernels_of(name), from, name + signature_of(name)};
}

std::vector<Row> all_rows() {
  std::vector<Row> rows;
  for (const std::string& name : operators_in("centigan")) rows.push_back(row_of(name, "centigan"));
  for (const Plugin& plugin : loaded_plugins())
    for (const std::string& name : plugin.operators)
      if (!is_helper(name)) rows.push_back(row_of(name, plugin.path));
  return rows;
}

// Columns as wide as their widest entry; the last one ends the line.
void print_table(std::vector<Row> rows) {
  rows.insert(rows.begin(), kColumns);
  std::vector<size_t> widths(kColumns.size(), 0);
  for (const Row& row : rows)
    for (size_t i = 0; i + 1 < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size() + 2);
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i + 1 < row.size(); ++i) line += padded(row[i], widths[i]);
    say(line + row.back());
  }
}

void print_json(const Row& names, const Row& values) {
  JsonFields fields;
  for (size_t i = 0; i < names.size(); ++i) fields.emplace_back(names[i], values[i]);
  std::string line = json_line(fields);
  line.pop_back();  // say() ends the line
  say(line);
}

int list(const CommandLine& line) {
  for (size_t i = 1; i < line.operand_count(); ++i) load_plugins(line.operand(i, "FILE"));
  const std::vector<Row> rows = all_rows();
  if (!line.has("json")) return print_table(rows), 0;
  for (const Row& row : rows) print_json(kColumns, row);
  return 0;
}

// One proof in a process of its own, so that a crash ends only that proof.
ProofResult prove(const std::string& file, const std::string& op, const Proof& proof, double seconds) {
  const auto work = [&] {
    open_plugin(file);
    const ProofResult result = proof.run(op);
    return std::to_string(result.kind) + result.reason;
  };
  const ChildResult child = run_in_child(work, seconds);
  if (!child.failure.empty()) return {ProofResult::kNo, (child.threw ? "throws: " : "") + child.failure};
  return {static_cast<ProofResult::Kind>(child.text[0] - '0'), child.text.substr(1)};
}

const char* word_for(ProofResult::Kind kind) {
  return kind == ProofResult::kYes ? "yes" : kind == ProofResult::kNo ? "no" : "not there";
}

void print_proof(const std::string& op, const std::string& name, const ProofResult& result, bool json) {
  const std::string word = word_for(result.kind), reason = escaped(result.reason);
  if (json) return print_json({"operator", "proof", "result", "reason"}, {op, name, word, reason});
  say("  " + padded(name, 24) + (reason.empty() ? word : padded(word, 11) + reason));
}

// Prints a line a proof; true if nothing is wrong. Without a fitting schema nothing else can run.
bool check_operator(const std::string& file, const std::string& op, double seconds, bool json) {
  bool good = true;
  if (!json) say(op);
  for (const Proof& proof : all_proofs()) {
    const ProofResult result = prove(file, op, proof, seconds);
    leave_if_stopped("plugins", op);
    print_proof(op, proof.name, result, json);
    good = good && result.kind != ProofResult::kNo;
    if (!good && &proof == &all_proofs().front()) break;
  }
  return good;
}

int check(const CommandLine& line) {
  const std::string& file = line.operand(1, "FILE");
  const double seconds = line.number("timeout", 1, 3600);
  const bool json = line.has("json");
  int64_t count = 0, good = 0;
  for (const std::string& op : try_plugin(file))
    if (!is_helper(op)) ++count, good += check_operator(file, op, seconds, json);
  if (count == 0)
    fail("plugins", file, "defines no operator that a policy could name",
         "names that begin with '_' or end in _backward or _draws are parts of other operators");
  if (!json) say(std::to_string(good) + " of " + std::to_string(count) + " operators are proven");
  return good == count ? 0 : 1;
}

int plugins(const CommandLine& line) {
  const std::string what = line.operand(0, "list or check");
  if (what == "list") return list(line);
  if (what != "check") fail_usage("plugins", escaped(what), "is neither list nor check", kUsage);
  if (line.operand_count() > 2) fail_usage("plugins", escaped(line.operand(2, "")), "unexpected word", kUsage);
  return check(line);
}

}  // namespace

Verb plugins_verb() {
  return {"plugins",
          "lists operators, and checks those of a library for --plugin",
          "list [FILE...] | check FILE",
          {{"json", "", "", "One JSON object a line instead of a table."},
           {"timeout", "SECONDS", "60", "How long a proof of `check` may take."}},
          {},
          64,
          plugins};
}

}  // namespace centigan
