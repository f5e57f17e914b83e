// Animated pictures.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace centigan {

// How long frames stay, in milliseconds.
struct AnimationTiming {
  uint16_t frame = 200, last = 2000;
};

// Frames, PNG files as png_bytes makes them, all of one size and kind, as one animated PNG that loops for ever (APNG,
// which browsers play; other viewers show the first frame). `name` is what errors call it.
std::string animation_bytes(const std::vector<std::string>& frames, const std::string& name,
                            AnimationTiming timing = {});

// The same, written atomically.
void write_animation(const std::string& path, const std::vector<std::string>& frames, AnimationTiming timing = {});

}  // namespace centigan
