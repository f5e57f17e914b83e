#pragma once
#include <string>
#include <vector>

namespace centigan {

// "did you mean …?" where a known word is near, else all of them.
std::string nearest_hint(const std::string& word, const std::vector<std::string>& known);

}  // namespace centigan
