// Help pages, made from the same lists that the command line is read with.
#pragma once
#include <string>
#include <vector>

#include "command_line.h"

namespace centigan {

std::string padded(const std::string& text, size_t width);  // at least one blank behind it
std::string overview(const std::vector<Verb>& verbs);       // `centigan help`
std::string help_page(const Verb& verb);                    // `centigan VERB --help`

}  // namespace centigan
