// UTF-8 by its definition: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once
#include <cstddef>
#include <string>

namespace centigan {

// Bytes of the well-formed character at text[at], 0 if there is none.
size_t utf8_length(const std::string& text, size_t at);
bool valid_utf8(const std::string& text);
void append_utf8(std::string& text, unsigned code_point);
std::string hex_escape(unsigned char byte);  // "\x0a"

}  // namespace centigan
