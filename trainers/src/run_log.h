// Lines of a run that goes on.
#pragma once
#include <cstdint>
#include <string>

namespace centigan {

// Drops the lines of a .jsonl file that begin with `{"images": N` for N above `images`, and a torn last line: a killed
// run wrote them after its last checkpoint, so they are going to be written again. Other lines stay.
void cut_jsonl(const std::string& path, int64_t images);

}  // namespace centigan
