#include "augment_sheet.h"

#include <ATen/ATen.h>

namespace centigan {
namespace {

constexpr int64_t kGap = 2, kFirstGap = 8, kBar = 6, kDot = 2, kGutter = 28;

// 3x5 dots a digit, rows from the top, the leftmost dot is the highest bit.
constexpr uint8_t kDigits[10][5] = {{7, 5, 5, 5, 7}, {2, 6, 2, 2, 7}, {7, 1, 7, 4, 7}, {7, 1, 7, 1, 7},
                                    {5, 5, 7, 1, 1}, {7, 4, 7, 1, 7}, {7, 4, 7, 5, 7}, {7, 1, 2, 2, 2},
                                    {7, 5, 7, 5, 7}, {7, 5, 7, 1, 7}};

void fill(at::Tensor& canvas, int64_t y, int64_t x, int64_t height, int64_t width, std::array<int, 3> colour) {
  for (int64_t c = 0; c < 3; ++c) canvas[c].narrow(0, y, height).narrow(1, x, width).fill_(colour[c]);
}

void draw_number(at::Tensor& canvas, int64_t y, int64_t x, size_t number) {
  for (const char digit : std::to_string(number)) {
    for (int64_t row = 0; row < 5; ++row)
      for (int64_t column = 0; column < 3; ++column)
        if (kDigits[digit - '0'][row] >> (2 - column) & 1)
          fill(canvas, y + kDot * row, x + kDot * column, kDot, kDot, {90, 90, 90});
    x += 4 * kDot;
  }
}

at::Tensor checkerboard(int64_t height, int64_t width) {
  const at::Tensor rows = at::arange(height).floor_divide(8).unsqueeze(1), columns = at::arange(width).floor_divide(8);
  return (rows + columns).remainder(2).mul(51).add(204).to(at::kFloat);
}

at::Tensor in_colour(const at::Tensor& pictures) {
  const int64_t channels = pictures.size(1);
  if (channels == 1) return pictures.expand({-1, 3, -1, -1});
  if (channels != 4) return pictures;
  const at::Tensor alpha = pictures.narrow(1, 3, 1).to(at::kFloat).div(255);
  const at::Tensor below = checkerboard(pictures.size(2), pictures.size(3)) * (1 - alpha);
  return (pictures.narrow(1, 0, 3) * alpha + below).round().clamp(0, 255).to(at::kByte);
}

void draw_row(at::Tensor& canvas, int64_t y, size_t number, const SheetRow& row) {
  const at::Tensor pictures = in_colour(row.pictures);
  const int64_t height = pictures.size(2), width = pictures.size(3);
  draw_number(canvas, y + (height - 5 * kDot) / 2, 2, number);
  if (row.note.level == Leak::kProne) fill(canvas, y, kGutter - kBar - kGap, height, kBar, {208, 40, 32});
  if (row.note.level == Leak::kMild) fill(canvas, y, kGutter - kBar - kGap, height, kBar, {240, 170, 40});
  for (int64_t i = 0; i < pictures.size(0); ++i)
    canvas.narrow(1, y, height).narrow(2, kGutter + i * (width + kGap), width).copy_(pictures[i]);
}

}  // namespace

at::Tensor augment_sheet(const std::vector<SheetRow>& rows) {
  const auto sizes = rows.front().pictures.sizes();
  const int64_t count = static_cast<int64_t>(rows.size());
  const int64_t height = kFirstGap + count * (sizes[2] + kGap), width = kGutter + sizes[0] * (sizes[3] + kGap);
  at::Tensor canvas = at::full({3, height, width}, 255, at::kByte);
  int64_t y = kGap;
  for (size_t i = 0; i < rows.size(); ++i) {
    draw_row(canvas, y, i + 1, rows[i]);
    y += sizes[2] + (i == 0 ? kFirstGap : kGap);
  }
  return canvas;
}

const char* mark_colour(Leak level) {
  return level == Leak::kProne ? "red" : level == Leak::kMild ? "amber" : "none";
}

}  // namespace centigan
