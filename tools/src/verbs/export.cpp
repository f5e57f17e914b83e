// `centigan export`: the .cgm file of a distilled run, for the C runtime, or its weights under their official names.
#include "centigan/compress/export.h"

#include <filesystem>

#include "../verbs.h"
#include "centigan/core/log.h"
#include "centigan/trainers/train.h"

namespace centigan {
namespace {

int export_cgm_file(const std::string& from, const std::string& out) {
  const ExportedFiles files = export_run(from, out);
  say(files.cgm + ": " + std::to_string(files.bytes) + " bytes; a picture takes " + std::to_string(files.arena) +
      " bytes of arena and " + std::to_string(files.macs) + " multiplications");
  say("the same as C source in " + files.header + ", hashes and sizes in " + files.manifest);
  return 0;
}

int export_weights(const std::string& from, const std::string& out) {
  std::string source;
  const Snapshot snapshot = read_run(from, &source);
  const Safetensors file = official_file(config_of(snapshot, source).model, snapshot);
  write_safetensors(out, file);
  say(out + ": " + std::to_string(file.tensors.size()) + " tensors of " + source);
  return 0;
}

int export_model(const CommandLine& line) {
  const std::string from = line.required("from"), out = line.required("out");
  const bool named_so = !line.has("format") && std::filesystem::path(out).extension() == ".safetensors";
  const bool weights = line.one_of("format", {"cgm", "safetensors"}) == "safetensors" || named_so;
  return weights ? export_weights(from, out) : export_cgm_file(from, out);
}

}  // namespace

Verb export_verb() {
  return {"export",
          "writes the .cgm file of a distilled run (and the same as C source), or weights as safetensors",
          "--from RUN --out model.cgm",
          {{"from", "RUN", "", "Run folder or checkpoint; for a .cgm file of a lite generator, best a distilled one."},
           {"out", "FILE", "", "The .cgm file (a .h and a .txt go beside it), or the .safetensors file."},
           {"format", "NAME", "cgm", "cgm, or safetensors: G_ema, G and D under their official names."}},
          {},
          0,
          export_model};
}

}  // namespace centigan
