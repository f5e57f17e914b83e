#include "recovery.h"

#include <cmath>
#include <cstdio>

#include "centigan/core/device.h"

namespace centigan {
namespace {

constexpr int64_t kMostRollbacks = 3;
// More pictures than any run sees, and few enough that all random streams stay within 64 bits.
constexpr int64_t kRollbackShift = int64_t{1} << 34;

const char* setback_hint(Setback::Cause cause) {
  return cause == Setback::kMemory ? "use a smaller --batch or resolution, or stop other programs"
                                   : "the newest checkpoint is good; lower the learning rates, and use another --out";
}

// One thing that is likely to help, for a new run: the settings of this one are fixed.
std::string finite_advice(const TrainConfig& config) {
  const bool half = config.model.precision != "float32";
  return "the newest checkpoint is good; go on from its networks with another --out, --trainer.init " +
         escaped(config.out) + " and " + (half ? "--model.precision float32" : "half of trainer.g_opt.lr and d_opt.lr");
}

void stop_not_finite(const Setback& setback, int64_t rollbacks, const TrainConfig& config) {
  const std::string after = rollbacks > 0 ? ", after " + std::to_string(rollbacks) + " rollbacks" : "";
  fail("train", setback.where(), setback.what_happened() + after, finite_advice(config));
}

[[noreturn]] void stop_out_of_memory(const Setback& setback, int64_t pieces, const TrainConfig& config) {
  char size[200];
  std::snprintf(size, sizeof size,
                " (%lldx%lld pixels, batches of %lld in pieces of %lld, which cannot be smaller; peak memory %.0f MB)",
                static_cast<long long>(picture_height(config.model)),
                static_cast<long long>(picture_width(config.model)), static_cast<long long>(config.trainer.batch),
                static_cast<long long>(config.trainer.batch / pieces), peak_memory_mb());
  fail("train", setback.where(), setback.what_happened() + size,
       "use a smaller --resolution, narrower networks or a smaller --batch, or stop other programs");
}

std::string smaller_pieces(const Recovery& now, const TrainConfig& config) {
  return "pieces of " + std::to_string(config.trainer.batch / now.pieces) + " pictures";
}

std::string slower(const Recovery& now) {
  return "learning rates times " + Curve(now.lr_factor()).text() + " and other draws";
}

}  // namespace

Setback::Setback(Cause cause, const std::string& where, const std::string& what)
    : Error("train", where, what, setback_hint(cause)), cause_(cause), where_(where), what_(what) {}

double Recovery::lr_factor() const {
  return std::ldexp(1.0, -static_cast<int>(rollbacks));
}

int64_t Recovery::index_shift() const {
  return rollbacks * kRollbackShift;
}

void Recovery::save(Snapshot& snapshot) const {
  snapshot.put("counters/rollbacks", rollbacks);
  snapshot.put("counters/lr_factor", lr_factor());
  snapshot.put("counters/pieces", pieces);
}

void Recovery::load(const Snapshot& snapshot) {
  if (snapshot.tensors.count("counters/pieces") == 0) return;
  rollbacks = snapshot.integer("counters/rollbacks");
  pieces = snapshot.integer("counters/pieces");
}

std::string what_changed(const Setback& setback, const Recovery& now, const TrainConfig& config) {
  return setback.cause() == Setback::kMemory ? smaller_pieces(now, config) : slower(now);
}

std::string kept_changes(const Recovery& now, const TrainConfig& config) {
  std::string text;
  if (now.pieces != config.trainer.pieces) text += ", with " + smaller_pieces(now, config);
  if (now.rollbacks > 0) text += ", with " + slower(now);
  return text;
}

int64_t finer_pieces(const TrainConfig& config, int64_t pieces) {
  const int64_t batch = config.trainer.batch, together = pictures_together(config);
  for (int64_t finer = 2 * pieces; finer <= batch / together; ++finer)
    if (batch % finer == 0 && (batch / finer) % together == 0) return finer;
  return 0;
}

Recovery recover(Recovery now, const Setback& setback, const TrainConfig& config) {
  if (setback.cause() == Setback::kMemory) {
    const int64_t finer = finer_pieces(config, now.pieces);
    if (finer == 0) stop_out_of_memory(setback, now.pieces, config);
    now.pieces = finer;
    return now;
  }
  if (config.trainer.on_non_finite != "rollback" || now.rollbacks == kMostRollbacks)
    stop_not_finite(setback, now.rollbacks, config);
  ++now.rollbacks;
  return now;
}

}  // namespace centigan
