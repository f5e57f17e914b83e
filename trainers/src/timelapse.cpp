#include "timelapse.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "centigan/core/animation.h"
#include "centigan/core/image.h"
#include "centigan/data/dataset.h"
#include "centigan/data/folder.h"

namespace centigan {
namespace {

constexpr size_t kMostFrames = 100;
constexpr int64_t kFrameSide = 512;

// The pictures seen that are in a sheet's name, -1: no sheet.
int64_t sheet_images(const std::string& name) {
  const std::string start = "fakes", end = ".png";
  if (name.size() <= start.size() + end.size() || name.compare(0, start.size(), start) != 0) return -1;
  const std::string digits = name.substr(start.size(), name.size() - start.size() - end.size());
  const bool number = digits.size() < 16 && digits.find_first_not_of("0123456789") == std::string::npos;
  return number && name.compare(name.size() - end.size(), end.size(), end) == 0 ? std::stoll(digits) : -1;
}

Picture quarter(const Picture& sheet) {
  Picture part{sheet.width / 2, sheet.height / 2, sheet.channels, {}};
  const int64_t row = part.width * part.channels, full = sheet.width * sheet.channels;
  part.pixels.resize(static_cast<size_t>(row * part.height));
  for (int64_t y = 0; y < part.height; ++y)
    std::memcpy(part.pixels.data() + y * row, sheet.pixels.data() + y * full, static_cast<size_t>(row));
  return part;
}

Picture frame_of(Picture sheet) {
  if (std::max(sheet.width, sheet.height) > kFrameSide) sheet = quarter(sheet);
  const int64_t side = std::max(sheet.width, sheet.height), factor = (side + kFrameSide - 1) / kFrameSide;
  return factor == 1 ? sheet : resized(sheet, sheet.width / factor, sheet.height / factor, Filter::kBox);
}

// "" for a file that is no picture.
std::string frame_bytes(const std::string& path) {
  std::vector<uint8_t> bytes;
  Picture sheet;
  std::string problem = read_picture_file(path, int64_t{1} << 30, bytes);
  const ImageScan scan = problem.empty() ? scan_image(bytes.data(), bytes.size()) : ImageScan();
  if (!problem.empty() || !scan.good() || !decode_image(bytes.data(), bytes.size(), scan, sheet, problem)) return "";
  return png_bytes(picture_planes(frame_of(std::move(sheet))));
}

bool same_size(const std::string& a, const std::string& b) {
  return a.size() > 29 && b.size() > 29 && a.compare(16, 13, b, 16, 13) == 0;  // the header's fields
}

}  // namespace

std::map<int64_t, std::string> sample_sheets(const std::string& folder) {
  std::map<int64_t, std::string> sheets;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const int64_t seen = sheet_images(entry.path().filename().string());
    if (seen >= 0) sheets[seen] = entry.path().string();
  }
  return sheets;
}

std::vector<size_t> thinned_sheets(size_t count, size_t most) {
  size_t step = 1;
  while ((count + step - 1) / step + 1 > most && step < count) step *= 2;
  if (count <= most) step = 1;
  std::vector<size_t> shown;
  for (size_t i = 0; i < count; i += step) shown.push_back(i);
  if (count > 0 && shown.back() != count - 1) shown.push_back(count - 1);
  return shown;
}

void Timelapse::update(int64_t images) {
  const auto sheets = sample_sheets(folder_);
  const std::vector<std::pair<int64_t, std::string>> all(sheets.begin(), sheets.upper_bound(images));
  std::map<int64_t, std::string> kept;
  for (const size_t i : thinned_sheets(all.size(), kMostFrames)) {
    const auto known = frames_.find(all[i].first);
    kept[all[i].first] = known == frames_.end() ? frame_bytes(all[i].second) : known->second;
  }
  frames_ = std::move(kept);
  std::string newest;
  for (const auto& [seen, frame] : frames_)
    if (!frame.empty()) newest = frame;
  std::vector<std::string> frames;
  for (const auto& [seen, frame] : frames_)
    if (same_size(frame, newest)) frames.push_back(frame);
  if (!frames.empty()) write_animation(folder_ + "/timelapse.png", frames);
}

}  // namespace centigan
