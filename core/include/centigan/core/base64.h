// Bytes as printable text (RFC 4648), as data: addresses of web pages want them.
#pragma once
#include <string>
#include <string_view>

namespace centigan {

std::string base64(std::string_view bytes);

}  // namespace centigan
