#include "search_log.h"

#include <filesystem>
#include <utility>

#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/text.h"

namespace centigan {
namespace {

template <class Value>
Value value_of(const JsonFields& fields, const std::string& name) {
  for (const auto& [key, value] : fields)
    if (key == name && std::holds_alternative<Value>(value)) return std::get<Value>(value);
  return {};
}

}  // namespace

SearchLog::SearchLog(std::string path, const JsonFields& settings) : path_(std::move(path)) {
  if (std::filesystem::exists(path_)) {
    read(json_line(settings));
    return;
  }
  make_folder(std::filesystem::path(path_).parent_path().string(), "search");
  append_jsonl(path_, settings);
}

void SearchLog::read(const std::string& settings) {
  repair_jsonl(path_);
  const auto lines = split(read_text(path_, "search"), '\n');
  if (lines[0] != first_line(settings))
    fail_usage("search", path_, "belongs to a search with other settings or another elastic student: " + lines[0],
               "use another --out, or the settings it was begun with");
  for (size_t i = 1; i < lines.size(); ++i)
    if (const auto fields = parse_json_line(lines[i]))
      distances_[value_of<std::string>(*fields, "student")] = value_of<double>(*fields, "distance");
}

const double* SearchLog::find(const std::string& student) const {
  const auto found = distances_.find(student);
  return found == distances_.end() ? nullptr : &found->second;
}

void SearchLog::add(const std::string& student, const Candidate& candidate) {
  append_jsonl(path_, {{"student", student},
                       {"generation", candidate.generation},
                       {"distance", candidate.distance},
                       {"file_bytes", candidate.cost.file},
                       {"flash", candidate.cost.flash},
                       {"ram", candidate.cost.ram},
                       {"macs", candidate.cost.macs},
                       {"instructions", candidate.cost.instructions}});
  distances_[student] = candidate.distance;
}

}  // namespace centigan
