#include "centigan/core/plugins.h"

#include <dlfcn.h>

#include <filesystem>
#include <sstream>

#include "centigan/core/child.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/hash.h"
#include "plugin_trial.h"

namespace centigan {
namespace {

constexpr double kTrialSeconds = 20;

std::vector<Plugin>& plugins() {
  static std::vector<Plugin> loaded;
  return loaded;
}

// Hash of the file; what is no shared library at all is refused before anything opens it.
std::string fingerprint(const std::string& path) {
  const std::vector<uint8_t> bytes = read_file(path, "plugin");
  const std::string magic(bytes.begin(), bytes.begin() + std::min<size_t>(4, bytes.size()));
  if (magic !=
      "\x7f"
      "ELF")
    fail_usage("plugin", path, "is no shared library", "give the .so file that the plugin's build made");
  return Sha256().add(bytes.data(), bytes.size()).hex();
}

std::vector<std::string> own_namespaces() {
  std::vector<std::string> names;
  for (const Plugin& plugin : plugins())
    for (const std::string& name : plugin.operators) names.push_back(name.substr(0, name.find("::")));
  return names;
}

[[noreturn]] void refuse(const std::string& path, const TrialVerdict& verdict) {
  fail_usage("plugin", path, escaped(verdict.problem), verdict.hint);
}

bool is_loaded(const std::string& path) {
  std::error_code ignored;
  for (const Plugin& plugin : plugins())
    if (std::filesystem::equivalent(plugin.path, path, ignored)) return true;
  return false;
}

void load_plugin(const std::string& path) {
  if (is_loaded(path)) return;
  Plugin plugin = {path, fingerprint(path), try_plugin(path)};
  open_plugin(path);
  plugins().push_back(std::move(plugin));
}

}  // namespace

void open_plugin(const std::string& path) {
  if (!open_library(path)) refuse(path, not_opened(::dlerror()));
}

std::vector<std::string> try_plugin(const std::string& path) {
  fingerprint(path);
  const std::vector<std::string> own = own_namespaces();
  const TrialVerdict verdict = read_trial(run_in_child([&] { return trial_text(path, own); }, kTrialSeconds));
  if (!verdict.problem.empty()) refuse(path, verdict);
  return verdict.operators;
}

void load_plugins(const std::string& files) {
  std::istringstream list(files);
  for (std::string path; std::getline(list, path, ',');)
    if (!path.empty()) load_plugin(path);
}

const std::vector<Plugin>& loaded_plugins() {
  return plugins();
}

std::string plugin_record() {
  std::string text;
  for (const Plugin& plugin : plugins()) text += plugin.sha256 + " " + escaped(plugin.path) + "\n";
  return text;
}

}  // namespace centigan
