// Zlib streams into a buffer of fixed size.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace centigan {

// Inflates a whole zlib stream. Returns the number of bytes written, or -1 with a reason: "output buffer limit" if they
// would not fit into `out`.
int64_t inflate_into(const uint8_t* zlib, size_t size, uint8_t* out, size_t out_size, std::string& reason);

}  // namespace centigan
