// Operators of third parties: shared libraries that register them with LibTorch's dispatcher (docs/plugins.md).
#pragma once
#include <string>
#include <vector>

namespace centigan {

struct Plugin {
  std::string path;                    // as it was given
  std::string sha256;                  // of the file
  std::vector<std::string> operators;  // what it defines: "acme::swirl", sorted
};

// Loads the libraries of a comma-separated list, in that order; files that are loaded already are passed over. Each is
// tried in a child process first, so one that crashes, hangs, throws, does not fit this LibTorch, defines what is
// defined already or changes an operator that is not its own is a usage error that names it, and nothing of it is
// loaded. Main thread only; call it before threads of LibTorch work.
void load_plugins(const std::string& files);

// What load_plugins has loaded into this process, in order.
const std::vector<Plugin>& loaded_plugins();

// One line a loaded plugin, "SHA-256 path": what a run is recorded with.
std::string plugin_record();

// The trial alone: what the library defines, or the usage error.
std::vector<std::string> try_plugin(const std::string& path);

// Opens a library here without a trial; usage error if the system refuses it. What it does besides is not caught.
void open_plugin(const std::string& path);

}  // namespace centigan
