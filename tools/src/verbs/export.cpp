// `centigan export`: the .cgm file of a distilled run, for the C runtime.
#include "centigan/compress/export.h"

#include "../verbs.h"
#include "centigan/core/log.h"

namespace centigan {
namespace {

int export_model(const CommandLine& line) {
  const std::string from = line.required("from"), out = line.required("out");
  const ExportedFiles files = export_run(from, out);
  say(files.cgm + ": " + std::to_string(files.bytes) + " bytes; a picture takes " + std::to_string(files.arena) +
      " bytes of arena and " + std::to_string(files.macs) + " multiplications");
  say("the same as C source in " + files.header + ", hashes and sizes in " + files.manifest);
  return 0;
}

}  // namespace

Verb export_verb() {
  return {"export",
          "writes the .cgm file of a distilled run, and the same as C source",
          "--from RUN --out model.cgm",
          {{"from", "RUN", "", "Run folder or checkpoint of a lite generator, best one that was distilled."},
           {"out", "FILE", "", "The .cgm file; a .h and a .txt go beside it."}},
          {},
          0,
          export_model};
}

}  // namespace centigan
