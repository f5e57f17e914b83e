// "192x128" as a picture size on the command line.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace centigan {

// Width and height of "192x128" or "64", each from 1 to 4096.
std::optional<std::pair<int64_t, int64_t>> read_size(const std::string& text);

// Width x height as settings: the side of the first map, at least 4 and as small as possible, times a power of two.
// Nothing if the text has another form.
std::vector<std::pair<std::string, std::string>> settings_of_shape(const std::string& text);

}  // namespace centigan
