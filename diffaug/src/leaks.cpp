#include "centigan/diffaug/leaks.h"

#include "centigan/diffaug/ada.h"

namespace centigan {
namespace {

constexpr double kSafe = 0.8;

struct Trace {
  const char* step;
  const char* always;   // reason at p = 1
  const char* uniform;  // reason above kSafe; null: no operation of the step draws uniformly from a group
};

constexpr Trace kTraces[] = {
    {"brightness", "lighter and darker pictures turn up as colour casts", nullptr},
    {"saturation", "grey and gaudy pictures turn up as colour casts", nullptr},
    {"contrast", "flat and harsh pictures turn up", nullptr},
    {"translation", "borders of 0 turn up at the edges", nullptr},
    {"cutout", "holes of 0 turn up", nullptr},
    {"ada:blit", nullptr, "flips and quarter turns are as likely as the original"},
    {"ada:geom", nullptr, "every rotation is as likely as the original"},
    {"ada:color", nullptr, "luma flips and every hue are as likely as the original"},
    {"ada:filter", "blurred and sharpened pictures turn up", nullptr},
    {"ada:noise", "grain turns up", nullptr},
    {"ada:cutout", "holes of 0 turn up", nullptr},
};

LeakNote note_of(const Trace& trace, double p) {
  if (trace.uniform && p > kSafe) return {Leak::kProne, trace.uniform};
  if (trace.always && p >= 1.0) return {Leak::kMild, trace.always};
  return {};
}

LeakNote worst_of_groups(const std::string& combination, double p) {
  LeakNote worst;
  for (const std::string& group : ada_groups(combination)) {
    const LeakNote note = leak_note("ada:" + group, p);
    if (note.level > worst.level) worst = note;
  }
  return worst;
}

}  // namespace

LeakNote leak_note(const std::string& step, double p) {
  if (step.find("::") != std::string::npos)
    return p >= 1.0 ? LeakNote{Leak::kMild, "no picture is shown without it; look whether it can be told"} : LeakNote{};
  const std::string options = step.rfind("ada:", 0) == 0 ? "" : step.substr(0, step.find(':'));
  for (const Trace& trace : kTraces)
    if (trace.step == (options.empty() ? step : options)) return note_of(trace, p);
  return step.rfind("ada:", 0) == 0 ? worst_of_groups(step.substr(4), p) : LeakNote{};
}

std::vector<std::string> ada_groups(const std::string& combination) {
  const AdaCombination c = read_ada_combination(combination);
  std::vector<std::string> groups;
  const auto add = [&](bool has, const char* group) {
    if (has) groups.push_back(group);
  };
  add(c.blit, "blit"), add(c.geom, "geom"), add(c.color, "color");
  add(c.filter, "filter"), add(c.noise, "noise"), add(c.cutout, "cutout");
  return groups;
}

}  // namespace centigan
