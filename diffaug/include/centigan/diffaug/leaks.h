// Which augmentations can leak into what is generated: those after which nobody can tell the original any more.
#pragma once
#include <string>
#include <vector>

namespace centigan {

enum class Leak { kNone, kMild, kProne };

struct LeakNote {
  Leak level = Leak::kNone;
  std::string reason;  // empty for kNone
};

// Of a step of a policy by its text (`translation`, `ada:bgc`, `acme::swirl`), executed with probability p.
//
// kProne: the step picks uniformly from a group (flips, quarter turns, rotation, luma flip, hue) and p is above 0.8. In
// the limit p = 1 the original is one of equally likely pictures, so the generator may learn any of them (Karras et
// al., 2020, section 2.2: with p below 1 the original stays the most likely one; in practice up to about 0.8). kMild:
// the original can be told in theory, but at p = 1 the discriminator never sees a picture without the traces of the
// step (borders, holes, casts, grain), and with few pictures they turn up in samples.
LeakNote leak_note(const std::string& step, double p);

// The groups of a combination of ADA in their order: bgc -> blit, geom, color.
std::vector<std::string> ada_groups(const std::string& combination);

}  // namespace centigan
