#include "centigan/compress/export.h"

#include <ATen/ATen.h>

#include <filesystem>

#include "centigan/compress/plan.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/hash.h"
#include "centigan/core/log.h"
#include "centigan/models/drawing.h"
#include "centigan/trainers/train.h"
#include "runtime_picture.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

std::string hex_hash(const std::vector<uint8_t>& bytes) {
  return Sha256().add(bytes.data(), bytes.size()).hex();
}

void add_line(std::string& text, const std::string& key, const std::string& value) {
  text += key + " = " + value + "\n";
}

// The integers of whatever generator a run holds.
QuantizedLite integers_of(Run& run, const std::string& from, const std::string& name) {
  if (auto* student = dynamic_cast<LiteStudent*>(run.generator.get())) return student->freeze(name);
  auto* generator = dynamic_cast<LiteGenerator*>(run.generator.get());
  if (generator == nullptr)
    fail_usage("export", from, "holds a " + run.config.model.family + " generator, and a .cgm file a lite one",
               "distill a student first: centigan distill --from " + from + " --out RUN");
  warn(from + " was not trained with integers; centigan distill first gives better pictures");
  ModelConfig config = run.config.model;
  config.lite.int8 = true;
  LiteStudent student(config);
  student.adopt(*generator, static_cast<uint64_t>(run.config.trainer.seed));
  return student.freeze(name);
}

}  // namespace

std::string cgm_manifest(const std::vector<uint8_t>& bytes, const QuantizedLite& model) {
  const RuntimeModel runtime(bytes);
  const cgrt_info info = runtime.info();
  std::string text = "# A .cgm file of centigan: what it is, what it costs, what it draws.\n";
  add_line(text, "name", info.name);
  add_line(text, "sha256", hex_hash(bytes));
  add_line(text, "file_bytes", std::to_string(bytes.size()));
  add_line(text, "arena_bytes", std::to_string(info.arena_bytes));
  add_line(text, "picture",
           std::to_string(info.width) + "x" + std::to_string(info.height) + "x" + std::to_string(info.channels));
  add_line(text, "latent", std::to_string(info.latent_size));
  if (model.classes() > 0) add_line(text, "classes", std::to_string(model.classes()));
  for (size_t k = 0; k < model.class_names.size(); ++k)
    add_line(text, "class" + std::to_string(k), escaped(model.class_names[k]));
  add_line(text, "handover", std::to_string(best_handover(model)));
  for (int64_t level = model.rgb_first; level < model.levels; ++level) {
    const std::string quality = "quality" + std::to_string(level - model.rgb_first);
    add_line(text, quality + ".side", std::to_string(kLiteStart << level));
    add_line(text, quality + ".macs", std::to_string(picture_macs(model, level)));
    for (int64_t h = 0; h <= level; ++h)
      for (int64_t e = 1; e <= 2; ++e)
        add_line(text, quality + ".arena.handover" + std::to_string(h) + ".rows" + std::to_string(8 * e),
                 std::to_string(arena_bytes(model, level, h, e)));
  }
  for (uint64_t seed = 0; seed < 8; ++seed) {
    const int64_t label = class_of_seed(seed, model.classes());
    add_line(text, "picture_sha256.seed" + std::to_string(seed),
             hex_hash(runtime.picture(seed, static_cast<uint32_t>(label))));
  }
  return text;
}

ExportedFiles export_cgm(const QuantizedLite& model, const std::string& path) {
  const std::vector<uint8_t> bytes = cgm_bytes(model);
  check_parity(bytes, model);
  ExportedFiles files{path, fs::path(path).replace_extension(".txt").string()};
  files.bytes = static_cast<int64_t>(bytes.size());
  files.arena = arena_bytes(model, model.levels - 1, best_handover(model), 1);
  files.macs = picture_macs(model, model.levels - 1);
  write_text_atomically(files.manifest, cgm_manifest(bytes, model), "export");
  write_file_atomically(files.cgm, bytes.data(), bytes.size(), "export");
  return files;
}

QuantizedLite model_of_run(const std::string& from, const std::string& name) {
  Run run = open_run(from);
  QuantizedLite model = integers_of(run, from, name);
  model.class_names = run.class_names;
  return model;
}

std::vector<uint8_t> cgm_of_run(const std::string& from, const std::string& name) {
  const QuantizedLite model = model_of_run(from, name);
  const std::vector<uint8_t> bytes = cgm_bytes(model);
  check_parity(bytes, model);
  return bytes;
}

ExportedFiles export_run(const std::string& from, const std::string& path) {
  if (fs::path(path).extension() != ".cgm")
    fail_usage("export", path, "is no name of a .cgm file", "end it in .cgm; the .txt file goes beside it");
  return export_cgm(model_of_run(from, fs::path(path).stem().string()), path);
}

}  // namespace centigan
