// Pieces of work shared out among threads.
#pragma once
#include <cstdint>
#include <functional>

namespace centigan {

// Calls work(0) … work(pieces-1) on `threads` threads, without a graph, and waits. Whole pieces a thread rather than
// every operator on all cores: the threads meet once, not at each layer, which beside another busy program is several
// times faster. What a piece throws comes out.
void share_work(int64_t pieces, int threads, const std::function<void(int64_t)>& work);

}  // namespace centigan
