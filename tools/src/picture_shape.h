// "192x128" as a picture size on the command line.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace centigan {

// Width x height as settings: the side of the first map, at least 4 and as small as possible, times a power of two.
// Nothing if the text has another form.
std::vector<std::pair<std::string, std::string>> settings_of_shape(const std::string& text);

}  // namespace centigan
