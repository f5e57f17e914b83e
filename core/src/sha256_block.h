// One block of SHA-256, plainly and by the processor's own instructions.
#pragma once
#include <cstdint>

namespace centigan {

// state: eight words, updated; bytes: 64.
void sha256_block_portable(uint32_t* state, const uint8_t* bytes);

const uint32_t* sha256_round_constants();

bool have_sha256_instructions();
// Only where have_sha256_instructions(); rounds: the 64 constants.
void sha256_block_x86(uint32_t* state, const uint8_t* bytes, const uint32_t* rounds);

}  // namespace centigan
