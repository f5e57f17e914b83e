// Plain C++, no torch.
#pragma once
#include "channel_scale/channel_scale_kernel.h"
#include "device/pictures.h"

namespace centigan::cuda {

// y = x * s[n,c] + added[n,pixel]; all dense, s and added (or null) in the wide type (double for double, else float).
int launch_channel_scale(Element element, const ChannelScaleParams& params, const void* x, const void* s,
                         const void* added, void* y, Stream stream);

// Parts of a picture whose sums launch_channel_dot gives apart.
int64_t channel_dot_parts(const ChannelScaleParams& params);

// sums [count][parts][channels] in the wide type, of a * b. With `scaled`, which may be null: a * s[n,c].
int launch_channel_dot(Element element, const ChannelScaleParams& params, const void* a, const void* b, const void* s,
                       void* scaled, void* sums, Stream stream);

}  // namespace centigan::cuda
