// The only unit that sees stb_image. It is compiled with -fwrapv: the decoder's sums wrap on damaged files.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "centigan/data/picture.h"
#include "inflate.h"

namespace centigan {
namespace {

constexpr size_t kMemoryLimit = size_t{512} << 20;
constexpr size_t kBlockHeader = 16;  // keeps the decoder's blocks aligned
thread_local size_t counted_bytes = 0;
thread_local bool limit_hit = false;

// Blocks are zeroed: what a damaged file leaves unwritten is the same on every run.
void* counted_malloc(size_t size) {
  limit_hit = limit_hit || size > kMemoryLimit || counted_bytes + size > kMemoryLimit;
  if (limit_hit) return nullptr;
  auto* block = static_cast<char*>(std::calloc(1, size + kBlockHeader));
  if (!block) return nullptr;
  std::memcpy(block, &size, sizeof size);
  counted_bytes += size;
  return block + kBlockHeader;
}

size_t counted_size(const void* memory) {
  size_t size;
  std::memcpy(&size, static_cast<const char*>(memory) - kBlockHeader, sizeof size);
  return size;
}

void counted_free(void* memory) {
  if (!memory) return;
  counted_bytes -= counted_size(memory);
  std::free(static_cast<char*>(memory) - kBlockHeader);
}

void* counted_realloc(void* memory, size_t size) {
  void* grown = counted_malloc(size);
  if (grown && memory) std::memcpy(grown, memory, std::min(size, counted_size(memory)));
  if (grown) counted_free(memory);
  return grown;
}

}  // namespace
}  // namespace centigan

#define STBI_MALLOC(size) centigan::counted_malloc(size)
#define STBI_REALLOC(memory, size) centigan::counted_realloc(memory, size)
#define STBI_FREE(memory) centigan::counted_free(memory)
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>

namespace centigan {
namespace {

constexpr size_t kFullPalette = 768;

// stb_image leaves the palette entries that a file lacks undefined; black ones are added.
std::vector<uint8_t> with_full_palette(const uint8_t* bytes, size_t size, const ImageScan& scan) {
  const uint8_t* const end_of_palette = bytes + scan.palette_at + 8 + scan.palette_bytes;
  std::vector<uint8_t> file(bytes, bytes + scan.palette_at);
  const uint8_t head[8] = {0, 0, kFullPalette >> 8, kFullPalette & 255, 'P', 'L', 'T', 'E'};
  file.insert(file.end(), head, head + 8);
  file.insert(file.end(), end_of_palette - scan.palette_bytes, end_of_palette);
  file.resize(scan.palette_at + 8 + kFullPalette);
  file.insert(file.end(), end_of_palette, bytes + size);  // its checksum is stale, and the decoder ignores it
  return file;
}

std::string decoder_problem(const ImageScan& scan) {
  if (limit_hit) return "needs more than " + std::to_string(kMemoryLimit >> 20) + " MiB to decode";
  const char* reason = stbi_failure_reason();
  return std::string(format_name(scan.format)) + " cannot be decoded: " + (reason ? reason : "damaged");
}

}  // namespace

int64_t inflate_into(const uint8_t* zlib, size_t size, uint8_t* out, size_t out_size, std::string& reason) {
  stbi__g_failure_reason = nullptr;
  uint8_t nothing;
  if (out_size == 0) out = &nothing;  // an empty vector's pointer is null
  const int written = stbi_zlib_decode_buffer(reinterpret_cast<char*>(out), static_cast<int>(out_size),
                                              reinterpret_cast<const char*>(zlib), static_cast<int>(size));
  if (written < 0) reason = stbi__g_failure_reason ? stbi__g_failure_reason : "unknown block type";
  return written;
}

bool decode_image(const uint8_t* bytes, size_t size, const ImageScan& scan, Picture& picture, std::string& problem) {
  std::vector<uint8_t> padded;
  if (scan.palette_at && scan.palette_bytes < kFullPalette) {
    padded = with_full_palette(bytes, size, scan);
    bytes = padded.data(), size = padded.size();
  }
  int width = 0, height = 0, channels = 0;
  limit_hit = false;
  stbi__g_failure_reason = nullptr;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(bytes, static_cast<int>(size), &width, &height, &channels, 0), counted_free);
  if (!pixels || width != scan.width || height != scan.height) {
    problem = decoder_problem(scan);
    return false;
  }
  picture = {width, height, channels, {}};
  picture.pixels.assign(pixels.get(), pixels.get() + int64_t{width} * height * channels);
  return true;
}

}  // namespace centigan
