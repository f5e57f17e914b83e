#include "centigan/core/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "centigan/core/clock.h"

namespace centigan {
namespace {

constexpr double kTerminalSeconds = 0.2, kPlainSeconds = 10.0;

std::string rate_text(double rate, const std::string& unit) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, rate < 10 ? "%.2f " : "%.0f ", rate);
  return buffer + unit + "/s";
}

}  // namespace

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "unknown time";
  char buffer[64];
  const long long total = std::llround(std::min(seconds, 1e12));
  if (total < 60)
    std::snprintf(buffer, sizeof buffer, "%lld s", total);
  else if (total < 3600)
    std::snprintf(buffer, sizeof buffer, "%lld min %02lld s", total / 60, total % 60);
  else
    std::snprintf(buffer, sizeof buffer, "%lld h %02lld min", total / 3600, total % 3600 / 60);
  return buffer;
}

Progress::Progress(std::string label, int64_t total, std::string unit, bool quiet, int64_t start)
    : label_(std::move(label)),
      unit_(std::move(unit)),
      total_(total),
      start_(start),
      done_(start),
      quiet_(quiet),
      terminal_(::isatty(STDERR_FILENO) == 1),
      begun_(clock_seconds()) {
  if (!terminal_) printed_ = begun_;  // work shorter than ten seconds prints its last line only
}

Progress::~Progress() {
  if (!finished_ && terminal_ && !quiet_ && printed_ > 0) std::fputc('\n', stderr);
}

void Progress::update(int64_t done, const std::string& note) {
  done_ = done;
  if (quiet_ || finished_) return;
  if (clock_seconds() - printed_ >= (terminal_ ? kTerminalSeconds : kPlainSeconds)) print(note, false);
}

void Progress::finish(const std::string& note) {
  if (!quiet_ && !finished_) print(note, true);
  finished_ = true;
}

void Progress::print(const std::string& note, bool last) {
  printed_ = clock_seconds();
  const double elapsed = printed_ - begun_, rate = elapsed > 0 ? static_cast<double>(done_ - start_) / elapsed : 0;
  std::string line = label_ + ": " + std::to_string(done_) + " of " + std::to_string(total_) + " " + unit_;
  if (total_ > 0) line += " (" + std::to_string(100 * done_ / total_) + " %)";
  if (rate > 0) line += ", " + rate_text(rate, unit_);
  line += ", " + duration_text(elapsed);
  if (!last && rate > 0) line += ", " + duration_text(static_cast<double>(total_ - done_) / rate) + " left";
  if (!note.empty()) line += ", " + note;
  const char* const form = !terminal_ ? "%s\n" : last ? "\r\033[K%s\n" : "\r\033[K%s";
  std::fprintf(stderr, form, line.c_str());
  std::fflush(stderr);
}

}  // namespace centigan
