#include "nearest_sheet.h"

#include <ATen/ATen.h>

#include "centigan/core/image.h"
#include "centigan/core/log.h"
#include "centigan/core/random.h"
#include "picture_set.h"

namespace centigan {
namespace {

constexpr int64_t kSheetColumns = 16;

}  // namespace

void write_nearest_sheet(const std::string& path, EvalSubject& s) {
  const NearestTraining& nearest = s.nearest_pictures();
  const NearestTraining* by_pixels = s.nearest_by_pixels();
  const auto ratio = nearest.distance / nearest.own.index_select(0, nearest.index).clamp_min(1e-12);
  const auto closest = std::get<1>(ratio.sort());
  const auto random = RandomStream(s.seed, "eval/sheet").permutation(0, s.fake.count());
  std::vector<std::vector<at::Tensor>> stacks;
  const auto add = [&](int64_t fake) {
    stacks.push_back({s.fake.picture(fake), s.real.picture(nearest.index[fake].item<int64_t>())});
    if (by_pixels) stacks.back().push_back(s.real.picture(by_pixels->index[fake].item<int64_t>()));
  };
  const int64_t columns = std::min(kSheetColumns, s.fake.count());
  for (int64_t i = 0; i < columns; ++i) add(closest[i].item<int64_t>());
  for (int64_t i = 0; i < columns; ++i) add(random[static_cast<size_t>(i)]);
  write_png(path, stack_sheet(stacks, columns));
  say("fakes above their nearest training pictures" + std::string(by_pixels ? ", by features and by pixels," : "") +
      " in " + path);
}

}  // namespace centigan
