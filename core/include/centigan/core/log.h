// Logs of a run folder: log.txt for people, stats.jsonl and metrics.jsonl for programs.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace centigan {

// May be called from any thread. Prints to stdout and, once open_log was called, appends to that file. warn() goes to
// stderr with "warning: ", is counted, and repeated equal warnings are printed once. Control characters come out as
// \xNN. A log file that can no longer be written is closed with a warning.
void open_log(const std::string& path);
void close_log();
void say(const std::string& line);
void warn(const std::string& line);
int64_t warning_count();
void set_quiet(bool quiet);  // say() only writes the file

using JsonValue = std::variant<int64_t, double, std::string>;
using JsonFields = std::vector<std::pair<std::string, JsonValue>>;

// One object as one line; 17 significant digits; non-finite numbers as the strings "nan", "inf", "-inf".
std::string json_line(const JsonFields& fields);
std::string json_quoted(const std::string& text);
// The inverse for one object of texts and numbers; nothing if it is none.
std::optional<JsonFields> parse_json_line(const std::string& line);

// Cuts a torn last line; call it before a run goes on with the file.
void repair_jsonl(const std::string& path);
// Line-atomic append (one write call). A line that cannot be written (full disk) is left out whole and warned about:
// a log must not stop the work.
void append_jsonl(const std::string& path, const JsonFields& fields);

}  // namespace centigan
