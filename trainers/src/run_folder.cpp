#include "run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/plugins.h"
#include "centigan/core/text.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

// Settings that do not change what the networks become. The data is compared by its pixels, when it has been read.
const std::vector<std::string> kFreeKeys = {"out",
                                            "preset",
                                            "plugin",
                                            "data.path",
                                            "data.strict",
                                            "data.memory",
                                            "data.max_pixels",
                                            "trainer.kimg",
                                            "trainer.threads",
                                            "trainer.save_every",
                                            "trainer.tick",
                                            "trainer.grid_every",
                                            "trainer.keep",
                                            "trainer.keep_every",
                                            "trainer.eval_every",
                                            "trainer.metric",
                                            "trainer.eval_fakes",
                                            "trainer.patience",
                                            "trainer.device",
                                            "trainer.on_save_error",
                                            "trainer.on_non_finite"};

std::string safe_name(const std::string& path) {
  std::string name = fs::path(path).lexically_normal().filename().string();
  if (name.empty()) name = fs::path(path).lexically_normal().parent_path().filename().string();
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-') c = '_';
  return name.empty() || name[0] == '.' ? "data" : name;
}

std::string next_free_run(const TrainConfig& config) {
  int highest = -1;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("runs", ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.size() > 6 && name[5] == '-' && name.find_first_not_of("0123456789") == 5)
      highest = std::max(highest, std::stoi(name.substr(0, 5)));
  }
  char number[16];
  std::snprintf(number, sizeof number, "%05d", highest + 1);
  const std::string data = config.data.path.empty() ? config.loss.objective : safe_name(config.data.path);
  return "runs/" + std::string(number) + "-" + data + "-" + config.model.family;
}

bool is_ours(const std::string& name) {
  return name == "lock" || name == "checkpoints" || name == "log.txt" || name == "search.jsonl" ||
         name.find(".tmp.") != std::string::npos;
}

void refuse_foreign_files(const std::string& out) {
  std::error_code ignored;
  if (!fs::exists(out, ignored)) return;
  if (!fs::is_directory(out, ignored)) fail_usage("train", out, "is a file, not a run folder", "use another --out");
  for (const auto& entry : fs::directory_iterator(out, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!is_ours(name)) fail_usage("train", out, "holds " + escaped(name) + " but no run", "use another --out");
  }
}

// What a file of before does not name has its default.
void refuse_differences(const std::string& out, TrainConfig& stored, TrainConfig& now) {
  std::string list;
  for (const std::string& line :
       config_differences(write_config(ConfigRef(stored)), write_config(ConfigRef(now)), kFreeKeys))
    list += "\n  " + line;
  if (!list.empty())
    fail_usage("train", out, "holds a run of another configuration:" + list,
               "use another --out for a new run, or the stored settings to go on (only --kimg may grow)");
}

// Steps of other namespaces than ours come from a library that must be named again.
void refuse_missing_plugin(const std::string& out, const TrainConfig& stored, const TrainConfig& now) {
  if (!now.plugin.empty() || stored.plugin.empty() || now.trainer.augment.find("::") == std::string::npos) return;
  fail_usage("train", out, "was begun with a plugin, and its policy " + escaped(now.trainer.augment) + " needs it",
             "give --plugin " + escaped(stored.plugin) + " again");
}

const std::string kDataComment = "# data fingerprint ";

void refuse_other_data(const std::string& out, const std::string& config_text, const std::string& now) {
  const std::optional<std::string> stored = stored_fingerprint(config_text);
  if (stored && *stored != now)
    fail_usage("train", out,
               "holds a run on other pictures: stored " + stored->substr(0, 16) + ", now " + now.substr(0, 16),
               "use another --out, or the pictures it was begun with");
}

std::string plugin_comments() {
  std::string text;
  for (const Plugin& plugin : loaded_plugins())
    text += "# plugin " + escaped(plugin.path) + " SHA-256 " + plugin.sha256 + "\n";
  return text;
}

}  // namespace

std::optional<std::string> stored_fingerprint(const std::string& config_text) {
  if (config_text.rfind(kDataComment, 0) != 0) return std::nullopt;
  return first_line(config_text.substr(kDataComment.size()));
}

bool settle_run(TrainConfig& config) {
  if (config.out.empty()) config.out = next_free_run(config);
  const std::string file = config.out + "/config.txt";
  if (!fs::exists(file)) {
    refuse_foreign_files(config.out);
    return false;
  }
  const std::string text = read_text(file, "train");
  TrainConfig stored;
  read_config(ConfigRef(stored), text, file);
  if (config.model.precision == "auto") config.model.precision = stored.model.precision;
  refuse_differences(config.out, stored, config);
  refuse_missing_plugin(config.out, stored, config);
  if (config.trainer.kimg < stored.trainer.kimg)
    fail_usage("train", config.out,
               "is a run of " + Curve(stored.trainer.kimg).text() + " kimg, now " + Curve(config.trainer.kimg).text() +
                   " are asked for",
               "--kimg may only grow; use another --out");
  return true;
}

RunFolder::RunFolder(TrainConfig& config, const std::string& fingerprint) : path_(config.out) {
  const std::string stored = fs::exists(file("config.txt")) ? read_text(file("config.txt"), "train") : "";
  refuse_other_data(path_, stored, fingerprint);
  make_folder(checkpoints(), "train");
  take_lock();
  remove_stale_temporaries(path_);
  remove_stale_temporaries(checkpoints());
  const std::string text = kDataComment + fingerprint + "\n" + plugin_comments() + write_config(ConfigRef(config));
  if (text != stored) write_text_atomically(file("config.txt"), text, "train");
}

RunFolder::Lock::~Lock() {
  if (file >= 0) ::close(file);
}

// The lock is the kernel's, so it ends with the process however that ends; the text only says whose it is.
void RunFolder::take_lock() {
  lock_.file = ::open(file("lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  char holder[256] = "another process";
  const bool free = lock_.file >= 0 && ::flock(lock_.file, LOCK_EX | LOCK_NB) == 0;
  if (!free && lock_.file >= 0 && ::pread(lock_.file, holder, sizeof holder - 1, 0) < 0) holder[0] = 0;
  if (!free)
    fail("train", path_,
         lock_.file < 0 ? std::string("the lock cannot be opened (") + std::strerror(errno) + ")"
                        : "is in use by " + escaped(holder),
         "wait for it, stop it, or use another --out");
  char host[128] = "this host";
  ::gethostname(host, sizeof host - 1);
  const std::string text = "process " + std::to_string(::getpid()) + " on " + host;
  if (::ftruncate(lock_.file, 0) == 0 && ::pwrite(lock_.file, text.data(), text.size(), 0) < 0) errno = 0;
}

}  // namespace centigan
