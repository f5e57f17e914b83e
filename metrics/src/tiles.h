// All pairs of the rows of two sets, a tile at a time, on all threads that operators may use.
#pragma once
#include <cstdint>
#include <functional>

#include "centigan/metrics/row_watch.h"

namespace centigan {

inline constexpr int64_t kTileRows = 1024;

// Elements [row, row + rows) x [column, column + columns) of a matrix.
struct Tile {
  int64_t row, column, rows, columns;
  bool on_diagonal() const { return row == column; }
};

// Calls `work` for all tiles of an n x m matrix; `halved` (n == m): for those on and above the diagonal. Several
// threads call it at once, in no order, each with operators of one thread. `rows_done` is told of each row of tiles
// that is complete, by one thread at a time; what it or `work` throws ends the work.
void for_each_tile(int64_t n, int64_t m, bool halved, RowCount& rows_done,
                   const std::function<void(const Tile&)>& work);

}  // namespace centigan
