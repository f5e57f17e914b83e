#include "centigan/core/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <set>
#include <utility>

#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "utf8.h"

namespace centigan {
namespace {

struct LogState {
  std::mutex mutex;
  int fd = -1;
  bool quiet = false;
  std::set<std::string> warned;
};

LogState& log_state() {
  static LogState state;
  return state;
}

std::atomic<int64_t> warnings{0};

// Terminal escape sequences must not come out of a log; line ends and tabs may.
std::string printable(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    const bool control = (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F;
    result += control ? hex_escape(byte) : std::string(1, c);
  }
  return result;
}

bool write_once(int fd, const std::string& text) {
  ssize_t written;
  do {
    written = ::write(fd, text.data(), text.size());
  } while (written < 0 && errno == EINTR);
  return written == static_cast<ssize_t>(text.size());
}

int open_for_append(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
}

// The lock is held. A log that cannot be written (full disk) must not stop the work.
void append_to_log(LogState& state, const std::string& text) {
  if (state.fd >= 0 && !write_once(state.fd, text)) {
    std::fprintf(stderr, "warning: log.txt cannot be written (%s), closing it\n", std::strerror(errno));
    ::close(std::exchange(state.fd, -1));
  }
}

std::string number_text(double value) {
  if (std::isnan(value)) return "\"nan\"";
  if (std::isinf(value)) return value > 0 ? "\"inf\"" : "\"-inf\"";
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.17g", value);
  return buffer;
}

struct JsonText {
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return number_text(value); }
  std::string operator()(const std::string& value) const { return json_quoted(value); }
};

}  // namespace

void open_log(const std::string& path) {
  close_log();
  LogState& state = log_state();
  const std::lock_guard<std::mutex> lock(state.mutex);
  state.fd = open_for_append(path);
  if (state.fd < 0) {
    fail("log", path, std::string("cannot open (") + std::strerror(errno) + ")",
         "check that the folder can be written");
  }
}

void close_log() {
  LogState& state = log_state();
  const std::lock_guard<std::mutex> lock(state.mutex);
  if (state.fd >= 0) ::close(std::exchange(state.fd, -1));
}

void say(const std::string& line) {
  LogState& state = log_state();
  const std::lock_guard<std::mutex> lock(state.mutex);
  const std::string text = printable(line) + "\n";
  if (!state.quiet) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }
  append_to_log(state, text);
}

void warn(const std::string& line) {
  LogState& state = log_state();
  const std::lock_guard<std::mutex> lock(state.mutex);
  ++warnings;
  if (!state.warned.insert(line).second) return;
  const std::string text = "warning: " + printable(line) + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
  append_to_log(state, text);
}

int64_t warning_count() {
  return warnings;
}

void set_quiet(bool quiet) {
  const std::lock_guard<std::mutex> lock(log_state().mutex);
  log_state().quiet = quiet;
}

std::string json_quoted(const std::string& text) {
  std::string result = "\"";
  for (size_t at = 0; at < text.size();) {
    const unsigned char byte = static_cast<unsigned char>(text[at]);
    const size_t length = utf8_length(text, at);
    if (length == 0)
      result += "\\" + hex_escape(byte);  // JSON has no bytes: the text \xNN stands for them
    else if (byte == '"' || byte == '\\')
      result += std::string("\\") + text[at];
    else if (byte == '\n')
      result += "\\n";
    else if (byte < 0x20 || byte == 0x7F)
      result += "\\u00" + hex_escape(byte).substr(2);
    else
      result.append(text, at, length);
    at += length == 0 ? 1 : length;
  }
  return result + "\"";
}

std::string json_line(const JsonFields& fields) {
  std::string line;
  for (const auto& [name, value] : fields) {
    line += (line.empty() ? "{" : ", ") + json_quoted(name) + ": " + std::visit(JsonText{}, value);
  }
  return (line.empty() ? "{" : line) + "}\n";
}

void append_jsonl(const std::string& path, const JsonFields& fields) {
  const std::string line = json_line(fields);
  const int fd = open_for_append(path);
  struct stat before {};
  const bool ready = fd >= 0 && ::fstat(fd, &before) == 0;
  if (!ready || !write_once(fd, line)) {
    const int code = errno;
    if (ready && ::ftruncate(fd, before.st_size) != 0) repair_jsonl(path);
    warn(escaped(path) + ": a line is lost, cannot write (" + std::strerror(code) + ")");
  }
  if (fd >= 0) ::close(fd);
}

void repair_jsonl(const std::string& path) {
  if (::access(path.c_str(), F_OK) != 0) return;
  const std::string text = read_text(path, "log");
  const size_t end = text.rfind('\n');
  const size_t whole = end == std::string::npos ? 0 : end + 1;
  if (whole == text.size()) return;
  if (::truncate(path.c_str(), static_cast<off_t>(whole)) != 0) {
    warn(escaped(path) + ": the torn last line cannot be cut (" + std::strerror(errno) + ")");
  }
}

}  // namespace centigan
