// Progress of long work: a bar with ETA on a terminal, plain lines elsewhere (at most one every ten seconds).
#pragma once
#include <cstdint>
#include <string>

namespace centigan {

// Writes to stderr. `label` says what is done, `total` how many `unit`s there are. update(done, note) may be called as
// often as one likes; finish() ends the line. Nothing is printed when `quiet`.
class Progress {
 public:
  Progress(std::string label, int64_t total, std::string unit, bool quiet = false, int64_t start = 0);
  ~Progress();
  void update(int64_t done, const std::string& note = "");
  void finish(const std::string& note = "");

 private:
  void print(const std::string& note, bool last);
  std::string label_, unit_;
  int64_t total_, start_, done_;
  bool quiet_, terminal_, finished_ = false;
  double begun_, printed_ = -1e9;
};

std::string duration_text(double seconds);  // "12 s", "3 min 20 s", "2 h 05 min"

}  // namespace centigan
