#include "centigan/data/scan.h"

#include <algorithm>

#include "centigan/core/error.h"
#include "scan_parts.h"

namespace centigan {
namespace scanning {

std::string with_commas(int64_t value) {
  std::string text = std::to_string(value);
  for (auto i = static_cast<int64_t>(text.size()) - 3; i > 0; i -= 3) text.insert(static_cast<size_t>(i), ",");
  return text;
}

void check_dimensions(int64_t width, int64_t height, const ScanLimits& limits) {
  const std::string size = std::to_string(width) + "x" + std::to_string(height);
  if (width < 1 || height < 1) refuse("has no pixels (" + size + ")");
  if (width > limits.max_pixels / height) {
    const bool whole = limits.max_pixels % (1 << 20) == 0;
    const std::string limit = whole ? std::to_string(limits.max_pixels >> 20) + " M" : with_commas(limits.max_pixels);
    refuse(size + " is over the limit of " + limit + " pixels", "shrink it, or raise data.max_pixels");
  }
  const std::string side = with_commas(limits.max_side);
  if (std::max(width, height) > limits.max_side) refuse(size + " is over the limit of " + side + " pixels a side");
  if (std::min(width, height) < limits.min_side)
    refuse(size + " is below " + std::to_string(limits.min_side) + " pixels a side");
}

void check_memory(int64_t bytes, const ScanLimits& limits) {
  if (bytes <= limits.max_memory) return;
  refuse("needs " + with_commas(bytes >> 20) + " MiB to decode, the limit is " +
             std::to_string(limits.max_memory >> 20) + " MiB",
         "shrink it");
}

}  // namespace scanning

namespace {

using scanning::Bytes;
using scanning::refuse;

struct Magic {
  size_t at;
  const char* bytes;
  size_t count;
  const char* name;
};

const Magic kUnsupported[] = {
    {0, "GIF8", 4, "GIF"},
    {8, "WEBP", 4, "WebP"},
    {4, "ftypavi", 7, "AVIF"},
    {4, "ftyphei", 7, "HEIC"},
    {4, "ftyphev", 7, "HEIC"},
    {4, "ftypmif1", 8, "HEIC"},
    {4, "ftypmsf1", 8, "HEIC"},
    {0, "II*\0", 4, "TIFF"},
    {0, "MM\0*", 4, "TIFF"},
    {0, "8BPS", 4, "PSD"},
    {0, "<svg", 4, "SVG"},
    {4, "JXL ", 4, "JPEG XL"},
    {0, "\xff\x0a", 2, "JPEG XL"},
    {4, "jP  ", 4, "JPEG 2000"},
    {0, "\x76\x2f\x31\x01", 4, "OpenEXR"},
    {0, "#?RADIANCE", 10, "Radiance HDR"},
    {0, "P5\n", 3, "PGM"},
    {0, "P6\n", 3, "PPM"},
    {0, "DDS ", 4, "DDS"},
    {0, "\0\0\1\0", 4, "ICO"},
};

const char* unsupported_name(const Bytes& file) {
  for (const Magic& magic : kUnsupported)
    if (file.starts(magic.at, magic.bytes, magic.count)) return magic.name;
  const std::string head(reinterpret_cast<const char*>(file.data), std::min<size_t>(file.size, 1024));
  const bool xml = head.compare(0, 5, "<?xml") == 0 && head.find("<svg") != std::string::npos;
  return xml ? "SVG" : nullptr;
}

ImageFormat format_of(const Bytes& file) {
  if (file.starts(0, "\x89PNG", 4)) return ImageFormat::kPng;
  if (file.starts(0, "\xff\xd8", 2)) return ImageFormat::kJpeg;
  if (file.starts(0, "BM", 2)) return ImageFormat::kBmp;
  return ImageFormat::kNone;
}

void scan_bytes(const Bytes& file, const ScanLimits& limits, ImageScan& out) {
  if (file.size == 0) refuse("is empty");
  if (file.size > static_cast<size_t>(limits.max_bytes))
    refuse("is " + scanning::with_commas(static_cast<int64_t>(file.size >> 20)) + " MiB, the limit is " +
           std::to_string(limits.max_bytes >> 20) + " MiB");
  out.format = format_of(file);
  if (out.format == ImageFormat::kPng) return scanning::scan_png(file, limits, out);
  if (out.format == ImageFormat::kJpeg) return scanning::scan_jpeg(file, limits, out);
  if (out.format == ImageFormat::kBmp) return scanning::scan_bmp(file, limits, out);
  if (const char* name = unsupported_name(file)) refuse(std::string(name) + " is not supported", "convert to PNG");
  const std::string start(reinterpret_cast<const char*>(file.data), std::min<size_t>(file.size, 4));
  refuse("not an image (starts with \"" + escaped(start) + "\")");
}

}  // namespace

const char* format_name(ImageFormat format) {
  static const char* const kNames[] = {"none", "PNG", "JPEG", "BMP"};
  return kNames[static_cast<int>(format)];
}

ImageScan scan_image(const uint8_t* bytes, size_t size, const ScanLimits& limits) {
  ImageScan scan;
  try {
    scan_bytes({bytes, size}, limits, scan);
  } catch (const scanning::Refused& refused) {
    scan.problem = refused.problem;
    scan.hint = refused.hint;
  }
  return scan;
}

}  // namespace centigan
