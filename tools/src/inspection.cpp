#include "inspection.h"

#include <algorithm>

#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/image.h"
#include "centigan/core/log.h"
#include "centigan/core/npy.h"
#include "centigan/core/safetensors.h"
#include "centigan/core/snapshot.h"
#include "centigan/core/text.h"
#include "centigan/data/dataset.h"
#include "centigan/data/pack.h"
#include "centigan/trainers/scores.h"
#include "centigan/trainers/train.h"

namespace centigan {
namespace {

// Only names are listed for fewer pixels than this: the pictures are decoded to be checked, not used.
constexpr int64_t kCheckResolution = 16;

template <class Tensors>
void list_tensors(const Tensors& tensors) {
  int64_t values = 0;
  for (const auto& [name, tensor] : tensors) {
    say("  " + escaped(name) + "  " + c10::toString(tensor.scalar_type()) + " " + c10::str(tensor.sizes()));
    values += tensor.numel();
  }
  say(std::to_string(tensors.size()) + " tensors, " + std::to_string(values) + " values");
}

void say_classes(const Snapshot& snapshot) {
  if (snapshot.texts.count("classes") == 0) return;
  const std::vector<std::string> names = class_names_of(snapshot);
  say("  " + std::to_string(names.size()) + " classes: " + joined(names));
}

void list_skipped(const DataReport& report) {
  for (const auto& [name, reason] : report.skipped) say("  skipped " + name + ": " + reason);
}

}  // namespace

int inspect_checkpoint(const std::string& path) {
  const Snapshot snapshot = read_checkpoint(path);
  say(path + ": checkpoint");
  say_classes(snapshot);
  for (const auto& [name, text] : snapshot.texts)
    say("  " + name + "  text of " + std::to_string(text.size()) + " bytes");
  list_tensors(snapshot.tensors);
  return 0;
}

int inspect_run(const std::string& folder, const std::string& checkpoint) {
  say(folder + ": run folder, newest checkpoint " + checkpoint);
  const auto best = best_of_run(folder);
  say(best ? "best.h5: " + best_sentence(*best) : "no best.h5: nothing was measured while it was trained");
  say(read_text(folder + "/config.txt", "inspect"));
  return inspect_checkpoint(checkpoint);
}

int inspect_pictures(const std::string& folder) {
  DataConfig config;
  config.path = folder;
  DataReport report;
  try {
    open_dataset(config, kCheckResolution, 3, &report);
  } catch (const Error&) {
    list_skipped(report);
    throw;
  }
  say(folder + ": " + std::to_string(report.used) + " pictures");
  for (const auto& note : report.notes) say("  " + note);
  list_skipped(report);
  for (const auto& warning : report.warnings) say("  " + warning);
  return report.skipped.empty() ? 0 : 1;
}

int inspect_pack(const std::string& path) {
  const auto set = open_pack(path);
  say(path + ": pack of " + std::to_string(set->size()) + " pictures of " +
      PictureSize(set->height(), set->width()).text() + ", " + std::to_string(set->channels()) + " channels");
  std::vector<std::string> classes;
  for (const std::string& name : set->class_names()) classes.push_back(escaped(name));
  if (!classes.empty()) say("  " + std::to_string(classes.size()) + " classes: " + joined(classes));
  for (int64_t i = 0; i < set->size(); ++i) set->image(i);
  say("  every picture is whole; fingerprint " + set->fingerprint());
  return 0;
}

int inspect_safetensors(const std::string& path) {
  const Safetensors contents = read_safetensors(path);
  say(path + ": safetensors file, weights hash " + weights_hash(contents.tensors));
  for (const auto& [key, value] : contents.metadata) say("  " + escaped(key) + " = " + escaped(value));
  list_tensors(contents.tensors);
  return 0;
}

int inspect_npy(const std::string& path) {
  const auto tensor = read_npy(path);
  say(path + ": " + c10::toString(tensor.scalar_type()) + " " + c10::str(tensor.sizes()));
  if (tensor.numel() == 0) return 0;
  const auto values = tensor.to(torch::kDouble);
  say("  least " + c10::str(values.min().item<double>()) + ", mean " + c10::str(values.mean().item<double>()) +
      ", greatest " + c10::str(values.max().item<double>()));
  return 0;
}

}  // namespace centigan
