// Help pages, made from the same lists that the command line is read with.
#pragma once
#include <string>
#include <vector>

#include "command_line.h"

namespace centigan {

std::string overview(const std::vector<Verb>& verbs);  // `centigan help`
std::string help_page(const Verb& verb);               // `centigan VERB --help`

}  // namespace centigan
