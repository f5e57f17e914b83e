// search.jsonl: every student that a search judged, in the order in which it did.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "centigan/core/log.h"
#include "evolution.h"

namespace centigan {

// The first line says what was searched, each further one is a student. A search that goes on repeats its draws and
// finds here what it judged before.
class SearchLog {
 public:
  // Begins the file, or goes on with one whose first line is `settings`; another one: usage error.
  SearchLog(std::string path, const JsonFields& settings);
  // Its distance, if this student was judged before.
  const double* find(const std::string& student) const;
  void add(const std::string& student, const Candidate& candidate);
  int64_t known() const { return static_cast<int64_t>(distances_.size()); }

 private:
  void read(const std::string& settings);
  std::string path_;
  std::map<std::string, double> distances_;
};

}  // namespace centigan
