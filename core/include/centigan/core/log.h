// Logs of a run folder: log.txt for people, stats.jsonl and metrics.jsonl for programs.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace centigan {

// Prints to stdout and, once open_log was called, appends to that file. warn() goes to stderr with "warning: ", is
// counted, and repeated equal warnings are printed once.
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

// Line-atomic append (one write call). open_jsonl cuts a torn last line first.
void repair_jsonl(const std::string& path);
void append_jsonl(const std::string& path, const JsonFields& fields);

}  // namespace centigan
