#include "plugin_trial.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <cxxabi.h>
#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>

#include "centigan/core/device.h"
#include "centigan/core/file.h"
#include "cuda_loader.h"

namespace centigan {
namespace {

const std::string kGood = "good\n", kRefused = "refused\n", kNotOpened = "not opened\n";
const std::string kOneName = "every library needs a namespace of its own, and is given once";

// What LibTorch says of each operator's kernels, by name. Kernels that were replaced are listed as inactive.
using Registrations = std::map<std::string, std::string>;

Registrations registrations() {
  auto& dispatcher = c10::Dispatcher::singleton();
  Registrations all;
  for (const c10::OperatorName& name : dispatcher.getAllOpNames())
    if (const auto op = dispatcher.findOp(name)) all[c10::toString(name)] = op->dumpState();
  return all;
}

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

std::string namespace_of(const std::string& name) {
  return name.substr(0, name.find("::"));
}

// Whether the library may have turned `before` into `after`: a plugin may add kernels to another plugin's operator,
// but replace none, and touch nothing of LibTorch or centigan.
bool allowed(const std::string& name, const std::string& before, const std::string& after,
             const std::vector<std::string>& plugins) {
  if (before == after) return true;
  const bool of_plugin = std::count(plugins.begin(), plugins.end(), namespace_of(name)) > 0;
  return of_plugin && count_of(after, "(inactive)") == count_of(before, "(inactive)");
}

std::string refused(const std::string& problem, const std::string& hint) {
  return kRefused + problem + "\n" + hint;
}

std::string verdict_on(const Registrations& before, const Registrations& after,
                       const std::vector<std::string>& plugins) {
  std::string defined;
  bool changed = false;
  for (const auto& [name, state] : after) {
    const auto known = before.find(name);
    changed = changed || known == before.end() || known->second != state;
    if (known == before.end()) {
      if (namespace_of(name) == "centigan")
        return refused("defines " + name + " in a namespace that is not its own", kOneName);
      if (state.find("schema: (none)") == std::string::npos) defined += name + "\n";
    } else if (!allowed(name, known->second, state, plugins)) {
      return refused("changes " + name + ", which is not its own", kOneName);
    }
  }
  if (!changed) return refused("registers no operator", "a plugin defines its operators with TORCH_LIBRARY");
  return kGood + defined;
}

std::string demangled(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status),
                                                    std::free);
  return status == 0 ? name.get() : symbol;
}

// The word behind `key`, "" if the text lacks it.
std::string word_after(const std::string& text, const std::string& key) {
  const size_t at = text.find(key);
  if (at == std::string::npos) return "";
  const size_t begin = at + key.size();
  return text.substr(begin, text.find_first_of(" ,;(\n", begin) - begin);
}

// What LibTorch or the library itself threw.
TrialVerdict threw(const std::string& message) {
  const std::string space = word_after(message, "TORCH_LIBRARY can be used to register the namespace ");
  if (!space.empty()) return {"defines the namespace " + space + ", which another library has defined", kOneName, {}};
  if (message.find("with the same name and overload name multiple times") != std::string::npos)
    return {"defines " + word_after(message, "Tried to register an operator (") + ", which is defined already",
            kOneName,
            {}};
  return {"throws while it is loaded: " + message, "the message is the library's own", {}};
}

bool names_torch_cuda(const std::string& path) {
  const std::vector<uint8_t> bytes = read_file(path, "plugin");
  const std::string name = "libtorch_cuda.so";
  return std::search(bytes.begin(), bytes.end(), name.begin(), name.end()) != bytes.end();
}

}  // namespace

// Why the loader of the system refused it; its texts begin with the path of a file.
TrialVerdict not_opened(const std::string& reason) {
  const std::string symbol = word_after(reason, "undefined symbol: "), torch = build_info().torch;
  if (!symbol.empty())
    return {"needs " + demangled(symbol) + ", which LibTorch " + torch + " and its own libraries lack",
            "build it against LibTorch " + torch + ", the one `centigan --version` names",
            {}};
  const std::string missing = reason.substr(0, reason.find(": cannot open shared object file"));
  if (missing != reason)
    return {
        "needs " + missing + ", which is not found", "install that library, or name its folder in LD_LIBRARY_PATH", {}};
  return {"cannot be loaded (" + reason + ")", "build it on this machine against LibTorch " + torch, {}};
}

bool open_library(const std::string& path) {
  return ::dlopen(std::filesystem::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr;
}

std::string trial_text(const std::string& path, const std::vector<std::string>& plugin_namespaces) {
  // What libtorch_cuda registers is not the doing of a library that needs it.
  if (names_torch_cuda(path)) open_torch_cuda();
  const Registrations before = registrations();
  if (!open_library(path)) return kNotOpened + ::dlerror();
  return verdict_on(before, registrations(), plugin_namespaces);
}

TrialVerdict read_trial(const ChildResult& child) {
  if (child.threw) return threw(child.failure);
  if (!child.failure.empty())
    return {child.failure + " while it is loaded", "nothing of it was loaded into this process; ask who made it", {}};
  if (child.text.rfind(kNotOpened, 0) == 0) return not_opened(child.text.substr(kNotOpened.size()));
  std::istringstream lines(child.text);
  TrialVerdict verdict;
  std::string line;
  std::getline(lines, line);
  if (line + "\n" == kRefused) {
    std::getline(lines, verdict.problem);
    std::getline(lines, verdict.hint);
    return verdict;
  }
  while (std::getline(lines, line)) verdict.operators.push_back(line);
  return verdict;
}

}  // namespace centigan
