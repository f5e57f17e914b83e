// Deflate without any wrapping.
#pragma once
#include <cstddef>
#include <cstdint>

namespace centigan {

// Inflates a whole raw deflate stream (RFC 1951) into exactly `out_size` bytes. False: damaged, or of another length.
bool raw_inflate(const uint8_t* in, size_t size, uint8_t* out, size_t out_size);

}  // namespace centigan
