// Drawing pictures with a trained network, in batches that a signal can stop.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "centigan/models/drawing.h"
#include "centigan/trainers/train.h"

namespace centigan {

// float32 [N,C,H,W] on the CPU, not clamped. `verb` names the work in messages. A picture that is not finite: Error.
torch::Tensor draw(Run& run, const DrawRequest& request, const std::string& verb, bool quiet);

// BigGAN draws with standing statistics from now on: averages over `passes` batches of the training's size, of seeds
// that nobody draws. Networks without running statistics: usage error of --standing-stats.
void use_standing_statistics(Run& run, int64_t passes, const std::string& verb);

// Ends the work of `verb` (Error, exit 1) if a signal asked for it. `done` says how far it came.
void leave_if_stopped(const std::string& verb, const std::string& done);

// seed00000.png, … in `folder`, and grid.png with all of them if there is more than one; `images` uint8 [N,C,H,W].
void write_pictures(const std::string& folder, const torch::Tensor& images, const std::vector<uint64_t>& seeds);

}  // namespace centigan
