// A web page that draws with a model: one file, without a server, the runtime in it as WebAssembly.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace centigan {

// `bytes`: a .cgm file that the runtime opens.
std::string web_page(const std::vector<uint8_t>& bytes, const std::string& name);

}  // namespace centigan
