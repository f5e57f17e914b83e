// `centigan inspect`: what is in a run folder, any of our files, or a set of pictures.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "../inspection.h"
#include "../verbs.h"
#include "centigan/core/error.h"
#include "centigan/core/snapshot.h"
#include "centigan/data/pack.h"
#include "centigan/trainers/train.h"

namespace centigan {
namespace {

enum class Kind { kRun, kFolder, kPack, kCheckpoint, kCgm, kSafetensors, kNpy, kUnknown };

std::string first_bytes(const std::string& path) {
  std::string bytes(16, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(file.gcount()));
  return bytes;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// By content where the format has a magic, by name otherwise.
Kind kind_of(const std::string& path) {
  if (!std::filesystem::exists(path)) fail_usage("inspect", escaped(path), "no such file or folder", "check the path");
  if (std::filesystem::is_directory(path))
    return std::filesystem::exists(path + "/config.txt") ? Kind::kRun : Kind::kFolder;
  const std::string bytes = first_bytes(path);
  if (bytes.rfind("CGM\x1a", 0) == 0 || ends_with(path, ".cgm")) return Kind::kCgm;
  if (bytes.rfind("\x93NUMPY", 0) == 0 || ends_with(path, ".npy")) return Kind::kNpy;
  if ((bytes.rfind("PK", 0) == 0 && !ends_with(path, ".npz")) || ends_with(path, ".bin")) return Kind::kFolder;
  if (is_pack(path)) return Kind::kPack;
  if (ends_with(path, ".h5")) return Kind::kCheckpoint;
  if (ends_with(path, ".safetensors")) return Kind::kSafetensors;
  return Kind::kUnknown;
}

int print_hash(Kind kind, const std::string& path) {
  if (kind != Kind::kRun && kind != Kind::kCheckpoint)
    fail_usage("inspect", escaped(path), "--hash needs a run folder or a checkpoint", "sha256sum hashes any file");
  std::cout << state_hash(read_checkpoint(find_checkpoint(path))) << "\n";
  return 0;
}

int inspect(const CommandLine& line) {
  const std::string path = line.operand(0, "FILE");
  const Kind kind = kind_of(path);
  if (line.has("hash")) return print_hash(kind, path);
  switch (kind) {
    case Kind::kRun:
      return inspect_run(path, find_checkpoint(path));
    case Kind::kFolder:
      return inspect_pictures(path);
    case Kind::kPack:
      return inspect_pack(path);
    case Kind::kCheckpoint:
      return inspect_checkpoint(path);
    case Kind::kCgm:
      return inspect_cgm(path);
    case Kind::kSafetensors:
      return inspect_safetensors(path);
    case Kind::kNpy:
      return inspect_npy(path);
    case Kind::kUnknown:
      break;
  }
  fail("inspect", escaped(path), "is none of our files (starts with \"" + escaped(first_bytes(path)) + "\")",
       "give a run folder, a picture folder or archive, or a .h5, .cgm, .safetensors or .npy file");
}

}  // namespace

Verb inspect_verb() {
  return {"inspect",
          "shows what is in a run, a file or a folder of pictures",
          "FILE-OR-FOLDER [--hash]",
          {{"hash", "", "", "One hash over networks, averages, optimizers and random state of the latest checkpoint."}},
          {},
          1,
          inspect};
}

}  // namespace centigan
