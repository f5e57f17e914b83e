// Other programs that verbs call, and folders to do it in.
#pragma once
#include <string>

namespace centigan {

// A folder below the system's temporary one, removed with all in it at the end.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& name);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Whether PATH holds a program of that name.
bool has_tool(const std::string& tool);

// Error that names the Debian package if PATH holds no such program.
void require_tool(const std::string& verb, const std::string& tool, const std::string& package);

struct ToolResult {
  int code = 0;      // exit code
  std::string text;  // what it printed, stdout and stderr
};

// Runs `sh script` in a folder, in a process group that is ended after `seconds` or when a signal asks this program to
// stop; both are an Error. `what` names the work in it. To be called before threads of LibTorch work.
ToolResult run_script(const std::string& verb, const std::string& folder, const std::string& script, double seconds,
                      const std::string& what);

}  // namespace centigan
