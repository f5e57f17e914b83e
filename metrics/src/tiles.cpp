#include "tiles.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "centigan/core/exact_scope.h"
#include "share_work.h"

namespace centigan {
namespace {

std::vector<Tile> tiles_of(int64_t n, int64_t m, bool halved) {
  std::vector<Tile> tiles;
  for (int64_t i = 0; i < n; i += kTileRows)
    for (int64_t j = halved ? i : 0; j < m; j += kTileRows)
      tiles.push_back({i, j, std::min(kTileRows, n - i), std::min(kTileRows, m - j)});
  return tiles;
}

}  // namespace

void for_each_tile(int64_t n, int64_t m, bool halved, RowCount& rows_done,
                   const std::function<void(const Tile&)>& work) {
  const int threads = at::get_num_threads();
  const ExactScope scope(1);
  const std::vector<Tile> tiles = tiles_of(n, m, halved);
  std::vector<int64_t> left(static_cast<size_t>((n + kTileRows - 1) / kTileRows));
  for (const Tile& tile : tiles) ++left[static_cast<size_t>(tile.row / kTileRows)];
  std::mutex counting;
  share_work(static_cast<int64_t>(tiles.size()), threads, [&](int64_t t) {
    const Tile& tile = tiles[static_cast<size_t>(t)];
    work(tile);
    const std::lock_guard lock(counting);
    if (--left[static_cast<size_t>(tile.row / kTileRows)] == 0) rows_done.add(tile.rows);
  });
}

}  // namespace centigan
