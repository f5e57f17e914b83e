#include "tool_process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "centigan/core/child.h"
#include "centigan/core/error.h"
#include "centigan/core/text.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

// In the child: exit code, a line break, and all that the script printed.
std::string run_here(const std::string& folder, const std::string& script) {
  fs::current_path(folder);
  FILE* pipe = ::popen(("export LC_ALL=C; exec sh ./" + script + " 2>&1").c_str(), "r");
  if (!pipe) return "127\ncannot be started";
  std::string text;
  std::array<char, 65536> buffer;
  for (size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) text.append(buffer.data(), n);
  const int status = ::pclose(pipe);
  return std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)) + "\n" + text;
}

}  // namespace

TemporaryFolder::TemporaryFolder(const std::string& name) {
  const char* place = std::getenv("TMPDIR");
  path_ = (fs::path(place && *place ? place : "/tmp") / (name + "-XXXXXX")).string();
  if (!::mkdtemp(path_.data()))
    fail(name, path_, "cannot be made", "make room there, or name another folder with the variable TMPDIR");
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

bool has_tool(const std::string& tool) {
  const char* path = std::getenv("PATH");
  for (const std::string& folder : split(path ? path : "", ':'))
    if (!folder.empty() && ::access((folder + "/" + tool).c_str(), X_OK) == 0) return true;
  return false;
}

void require_tool(const std::string& verb, const std::string& tool, const std::string& package) {
  if (!has_tool(tool)) fail(verb, tool, "is not installed", "install it: apt-get install " + package);
}

ToolResult run_script(const std::string& verb, const std::string& folder, const std::string& script, double seconds,
                      const std::string& what) {
  const ChildResult child = run_in_child([&] { return run_here(folder, script); }, seconds);
  if (!child.failure.empty())
    fail(verb, what, child.failure, "try again; --keep DIR leaves the files there, to be looked at");
  const size_t end = child.text.find('\n');
  return {std::stoi(child.text.substr(0, end)), child.text.substr(end + 1)};
}

}  // namespace centigan
