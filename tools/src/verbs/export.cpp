// `centigan export`: a generator as a .cgm file, as C, as a web page; or weights under their official names.
#include "centigan/compress/export.h"

#include <filesystem>

#include "../cgm_file.h"
#include "../verbs.h"
#include "../web_page.h"
#include "centigan/compress/c_source.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/log.h"
#include "centigan/trainers/train.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

std::string stem_of(const std::string& path) {
  return fs::path(path).stem().string();
}

bool is_model_file(const std::string& from) {
  return fs::path(from).extension() == ".cgm" && !fs::is_directory(from);
}

// The bytes of a .cgm file: of the one that is given, or of a run.
std::vector<uint8_t> model_bytes(const std::string& from, const std::string& out) {
  if (!is_model_file(from)) return cgm_of_run(from, stem_of(out));
  const CgmFile file(from);
  return {file.bytes(), file.bytes() + file.size()};
}

int export_cgm_file(const std::string& from, const std::string& out) {
  const ExportedFiles files = export_run(from, out);
  say(files.cgm + ": " + std::to_string(files.bytes) + " bytes; a picture takes " + std::to_string(files.arena) +
      " bytes of arena and " + std::to_string(files.macs) + " multiplications");
  say("hashes and sizes in " + files.manifest);
  return 0;
}

int export_c(const std::string& from, const std::string& out) {
  const std::string stem = fs::path(out).replace_extension().string();
  const std::vector<uint8_t> bytes = model_bytes(from, out);
  const CSource c = c_source(bytes, stem_of(out));
  write_text_atomically(stem + ".h", c.header, "export");
  write_text_atomically(stem + "_example.c", c.example, "export");
  write_text_atomically(out, c.source, "export");
  say(out + ", " + stem + ".h: the runtime and " + std::to_string(bytes.size()) + " bytes of model");
  say("a program that draws with them: cc -std=c99 -O3 " + out + " " + stem + "_example.c -o draw");
  return 0;
}

int export_web(const std::string& from, const std::string& out) {
  const std::string page = web_page(model_bytes(from, out), stem_of(out));
  write_text_atomically(out, page, "export");
  say(out + ": " + std::to_string(page.size()) + " bytes; open it with a browser");
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

struct Format {
  const char *name, *ending;
  bool from_model;  // also from a .cgm file
  int (*write)(const std::string& from, const std::string& out);
};

constexpr Format kFormats[] = {{"cgm", ".cgm", false, export_cgm_file},
                               {"c", ".c", true, export_c},
                               {"web", ".html", true, export_web},
                               {"safetensors", ".safetensors", false, export_weights}};

// What --format says, else what the name of the file ends in; they must agree.
const Format& format_of(const CommandLine& line, const std::string& out) {
  const std::string ending = fs::path(out).extension().string();
  const std::string named = line.has("format") ? line.one_of("format", {"cgm", "c", "web", "safetensors"}) : "";
  std::string endings;
  for (const Format& format : kFormats) {
    if (ending == format.ending && (named.empty() || named == format.name)) return format;
    if (named.empty() || named == format.name) endings += (endings.empty() ? "" : ", ") + std::string(format.ending);
  }
  fail_usage("export", out, "is no name for " + (named.empty() ? "what is exported" : "the format " + named),
             "end it in " + endings);
}

int export_model(const CommandLine& line) {
  const std::string from = line.required("from"), out = line.required("out");
  const Format& format = format_of(line, out);
  if (is_model_file(from) && !format.from_model)
    fail_usage("export", from, std::string("is a finished model, of which ") + format.name + " cannot be made",
               "give the run that it was exported from, or export it as .c or .html");
  return format.write(from, out);
}

}  // namespace

Verb export_verb() {
  return {"export",
          "writes a generator as a .cgm file, as C with the runtime, or as a web page; or weights as safetensors",
          "--from RUN --out model.cgm, model.c, model.html or weights.safetensors",
          {{"from", "RUN", "",
            "Run folder or checkpoint of a lite generator, best a distilled one; for c and web also a .cgm file."},
           {"out", "FILE", "",
            "name.cgm (name.txt goes beside it), name.c (name.h and name_example.c beside it), name.html, "
            "name.safetensors."},
           {"format", "NAME", "",
            "cgm, c, web (a page that draws, without a server) or safetensors (G_ema, G and D under their official "
            "names). Default: by the name of the file."}},
          {},
          0,
          export_model};
}

}  // namespace centigan
