#include "centigan/compress/export.h"

#include <ATen/ATen.h>

#include <cctype>
#include <cstdio>
#include <filesystem>
#include <set>

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

std::string upper_name(std::string name) {
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::string c_letters(const std::string& text) {
  std::string name;
  for (const char c : text) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

std::string identifier(const std::string& text) {
  const std::string name = c_letters(text);
  return name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) ? "model_" + name : name;
}

// NAME_CLASSES and a constant for each label. Names that C cannot tell apart get their number.
std::string label_constants(const std::string& macro, const std::vector<std::string>& names, int64_t classes) {
  if (classes == 0) return "";
  std::string text = "#define " + macro + "_CLASSES " + std::to_string(classes) + "\n";
  std::set<std::string> taken;
  for (size_t k = 0; k < names.size(); ++k) {
    const std::string number = std::to_string(k);
    std::string constant = macro + "_LABEL_" + (names[k].empty() ? number : upper_name(c_letters(names[k])));
    while (!taken.insert(constant).second) constant += "_" + number;
    text += "#define " + constant + " " + number + "u\n";
  }
  return text;
}

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

std::string cgm_as_c(const std::vector<uint8_t>& bytes, const std::string& name) {
  const std::string id = identifier(name), macro = upper_name(id);
  const RuntimeModel model(bytes);
  const cgrt_info info = model.info();
  std::string text = "/* Made by centigan. Draw with cgrt_open(&model, " + id + ", sizeof " + id +
                     ", 0) and cgrt_generate. */\n#ifndef " + macro + "_H\n#define " + macro +
                     "_H\n#include <stdint.h>\n\n#define " + macro + "_ARENA_BYTES " +
                     std::to_string(info.arena_bytes) + "\n#define " + macro + "_BYTES " +
                     std::to_string(bytes.size()) + "\n" + label_constants(macro, model.class_names(), info.classes) +
                     "\n#if defined(__GNUC__) || defined(__clang__)\n__attribute__((aligned(8)))\n#elif "
                     "__STDC_VERSION__ >= 201112L\n"
                     "_Alignas(8)\n#endif\nstatic const uint8_t " +
                     id + "[" + macro + "_BYTES] = {\n";
  char item[8];
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::snprintf(item, sizeof item, "%d,", bytes[i]);
    text += item;
    if (i % 32 == 31) text += "\n";
  }
  return text + "\n};\n\n#endif\n";
}

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
    const int64_t label = model.classes() > 0 ? class_of_seed(seed, model.classes()) : 0;
    add_line(text, "picture_sha256.seed" + std::to_string(seed),
             hex_hash(runtime.picture(seed, static_cast<uint32_t>(label))));
  }
  return text;
}

ExportedFiles export_cgm(const QuantizedLite& model, const std::string& path) {
  const std::vector<uint8_t> bytes = cgm_bytes(model);
  check_parity(bytes, model);
  const fs::path stem = fs::path(path).replace_extension();
  ExportedFiles files{path, stem.string() + ".h", stem.string() + ".txt"};
  files.bytes = static_cast<int64_t>(bytes.size());
  files.arena = arena_bytes(model, model.levels - 1, best_handover(model), 1);
  files.macs = picture_macs(model, model.levels - 1);
  write_text_atomically(files.header, cgm_as_c(bytes, stem.filename().string()), "export");
  write_text_atomically(files.manifest, cgm_manifest(bytes, model), "export");
  write_file_atomically(files.cgm, bytes.data(), bytes.size(), "export");
  return files;
}

ExportedFiles export_run(const std::string& from, const std::string& path) {
  if (fs::path(path).extension() != ".cgm")
    fail_usage("export", path, "is no name of a .cgm file", "end it in .cgm; the .h and .txt files go beside it");
  Run run = open_run(from);
  QuantizedLite model = integers_of(run, from, fs::path(path).stem().string());
  model.class_names = run.class_names;
  return export_cgm(model, path);
}

}  // namespace centigan
