// The gate in front of the decoder: every byte of a picture file is checked here before stb_image sees it.
// Includes no torch, so that it can be fuzzed by itself.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace centigan {

enum class ImageFormat { kNone, kPng, kJpeg, kBmp };

const char* format_name(ImageFormat format);  // "PNG", "JPEG", "BMP", "none"

struct ScanLimits {
  int64_t max_bytes = 64 << 20;    // of the file
  int64_t max_pixels = 64 << 20;   // width * height
  int64_t max_memory = 512 << 20;  // while decoding
  int64_t min_side = 8;
  int64_t max_side = 16384;
};

// What the scanner found. `problem` is empty if the decoder may have the file; otherwise it says why not, in the words
// that follow "data: NAME: ", and `hint` (may be empty) what to do.
struct ImageScan {
  ImageFormat format = ImageFormat::kNone;  // by the first bytes, never by the file's name
  int64_t width = 0, height = 0;
  bool sixteen_bit = false;  // PNG with 16 bits a channel
  bool grey = false;         // stored without colour
  int orientation = 1;       // EXIF flag of a JPEG, 1 … 8
  size_t palette_at = 0;     // where the PLTE chunk of a palette PNG begins; 0: no palette
  size_t palette_bytes = 0;
  std::string problem, hint;

  bool good() const { return problem.empty(); }
};

// Never throws on bad input, never reads outside [bytes, bytes + size). Allocates at most the file's size and the
// inflated size that a PNG header states, which is checked against max_memory first.
ImageScan scan_image(const uint8_t* bytes, size_t size, const ScanLimits& limits = {});

}  // namespace centigan
