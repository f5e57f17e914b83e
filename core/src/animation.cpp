#include "centigan/core/animation.h"

#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/hash.h"

namespace centigan {
namespace {

std::string png_number(uint32_t value, int bytes = 4) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 255);
  return text;
}

std::string png_chunk(const std::string& type, const std::string& data) {
  return png_number(static_cast<uint32_t>(data.size())) + type + data + png_number(crc32(type + data));
}

uint32_t number_at(const std::string& bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = at; i < at + 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

// Header and packed rows of a PNG file of our own making.
struct PngParts {
  std::string header, rows;
};

PngParts parts_of(const std::string& png) {
  PngParts parts;
  for (size_t at = 8; at + 12 <= png.size(); at += number_at(png, at) + 12) {
    const std::string type = png.substr(at + 4, 4);
    if (type == "IHDR") parts.header = png.substr(at + 8, number_at(png, at));
    if (type == "IDAT") parts.rows += png.substr(at + 8, number_at(png, at));
  }
  return parts;
}

// fcTL: the whole picture, for `milliseconds`, replacing what was there.
std::string frame_control(uint32_t number, const std::string& header, uint16_t milliseconds) {
  const std::string no_offset(8, '\0'), replace(2, '\0');
  return png_chunk("fcTL", png_number(number) + header.substr(0, 8) + no_offset + png_number(milliseconds, 2) +
                               png_number(1000, 2) + replace);
}

}  // namespace

std::string animation_bytes(const std::vector<std::string>& frames, const std::string& name, AnimationTiming timing) {
  const std::string header = frames.empty() ? "" : parts_of(frames.front()).header;
  std::string file = "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", header) +
                     png_chunk("acTL", png_number(static_cast<uint32_t>(frames.size())) + png_number(0));
  uint32_t number = 0;
  for (size_t i = 0; i < frames.size(); ++i) {
    const PngParts parts = parts_of(frames[i]);
    if (parts.header != header || header.size() != 13)
      fail("image", name, "frames of an animation must be PNG files of one size",
           "this is a mistake in the program; please report it");
    file += frame_control(number++, header, i + 1 == frames.size() ? timing.last : timing.frame);
    file += i == 0 ? png_chunk("IDAT", parts.rows) : png_chunk("fdAT", png_number(number++) + parts.rows);
  }
  return file + png_chunk("IEND", "");
}

void write_animation(const std::string& path, const std::vector<std::string>& frames, AnimationTiming timing) {
  const std::string file = animation_bytes(frames, path, timing);
  write_file_atomically(path, file.data(), file.size(), "image");
}

}  // namespace centigan
