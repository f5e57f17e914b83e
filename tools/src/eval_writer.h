// Where the numbers of `centigan eval` go: standard output, the run, a file.
#pragma once
#include <string>
#include <vector>

#include "centigan/metrics/recipe.h"
#include "eval_metrics.h"

namespace centigan {

// What all numbers of one evaluation share.
struct NumberHeader {
  Recipe recipe;
  bool network_stated = false;  // the user said which network imported statistics came from
  int64_t standing = 0;         // batches of standing statistics
  int64_t images = -1;          // shown to the network that drew the fakes; -1: not known
};

class NumberWriter {
 public:
  // `run_folder`: its metrics.jsonl gets each number, too; `json`: a file of the user's. Either may be empty.
  NumberWriter(const EvalSubject& subject, NumberHeader header, const std::string& run_folder, const std::string& json);
  void write(const EvalNumber& number, double seconds);

 private:
  Recipe recipe_of_number(const EvalNumber& number, const FeatureExtractor& extractor) const;

  const EvalSubject& subject_;
  NumberHeader header_;
  std::vector<std::string> files_;
};

}  // namespace centigan
