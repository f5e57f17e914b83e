// Loading a plugin in a child process, and what that tells.
#pragma once
#include <string>
#include <vector>

#include "centigan/core/child.h"

namespace centigan {

// dlopen of the file that `path` names, never of another one on the system's search path. False: dlerror() says why.
bool open_library(const std::string& path);

// In the child: opens the library, compares what the dispatcher knows before and after, gives the verdict as text.
// `plugin_namespaces`: those of plugins that are loaded already.
std::string trial_text(const std::string& path, const std::vector<std::string>& plugin_namespaces);

struct TrialVerdict {
  std::string problem, hint;           // "": the library is good
  std::vector<std::string> operators;  // what it defines, sorted
};

// In the parent.
TrialVerdict not_opened(const std::string& reason);  // from dlerror()
TrialVerdict read_trial(const ChildResult& child);

}  // namespace centigan
