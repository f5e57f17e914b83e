#include "cache_folder.h"

#include <cstdlib>

namespace centigan {

std::string cache_folder(const CommandLine& line) {
  if (line.has("cache")) return line.text("cache") == "none" ? "" : line.text("cache");
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg) return std::string(xdg) + "/centigan";
  const char* home = std::getenv("HOME");
  return home && *home ? std::string(home) + "/.cache/centigan" : "";
}

}  // namespace centigan
