#include "start_lines.h"

#include <sstream>

#include "centigan/core/device.h"
#include "centigan/core/plugins.h"
#include "centigan/core/text.h"

namespace centigan {
namespace {

// What differs from the defaults, a few settings a line.
std::vector<std::string> changed_settings(TrainConfig& config) {
  TrainConfig defaults;
  const std::vector<ConfigField> now = config_fields(ConfigRef(config)), plain = config_fields(ConfigRef(defaults));
  std::vector<std::string> lines;
  for (size_t i = 0; i < now.size(); ++i) {
    if (now[i].value == plain[i].value || now[i].key == "out") continue;
    const std::string setting = " " + now[i].key + "=" + now[i].value;
    if (lines.empty() || lines.back().size() + setting.size() > 110) lines.emplace_back(" ");
    lines.back() += setting;
  }
  return lines;
}

}  // namespace

std::string data_fingerprint(const TrainParts& parts) {
  return parts.data ? parts.data->fingerprint() : "none";
}

// Operators on several threads round as many threads do.
std::string machine_record(const Training& training) {
  const torch::Device device = training.device();
  const int threads = training.operator_threads();
  const BuildInfo build = build_info();
  return build.version + ", torch " + build.torch + ", " + build.compiler + ", " + build.cpu + ", " +
         (device.is_cpu() ? "CPU" : "CUDA") + (threads > 1 ? format_text(", %d threads an operator", threads) : "");
}

std::string plugin_hashes(const std::string& record) {
  std::istringstream lines(record);
  std::vector<std::string> hashes;
  for (std::string one; std::getline(lines, one);) hashes.push_back(one.substr(0, 16));
  return hashes.empty() ? "none" : joined(hashes);
}

std::vector<std::string> start_lines(TrainConfig& config, const Training& training, const std::string& folder,
                                     const std::vector<std::string>& opening) {
  const TrainParts& parts = training.parts();
  std::vector<std::string> lines = {
      format_text("centigan %s trains %s", build_info().version.c_str(), folder.c_str()),
      "  " + device_name(training.device()) +
          format_text(", %d threads, %lld pieces a batch", training.threads() * training.operator_threads(),
                      static_cast<long long>(config.trainer.pieces))};
  if (parts.data)
    lines.push_back(format_text("  %lld pictures of %lldx%lld, fingerprint %.16s",
                                static_cast<long long>(parts.data->size()),
                                static_cast<long long>(parts.data->height()),
                                static_cast<long long>(parts.data->width()), data_fingerprint(parts).c_str()));
  for (const std::string& note : parts.data_report.notes) lines.push_back("  " + note);
  for (const std::string& chosen : opening) lines.push_back("  auto: " + chosen);
  for (const Plugin& plugin : loaded_plugins())
    lines.push_back("  plugin " + plugin.path + ", SHA-256 " + plugin.sha256.substr(0, 16) + ": " +
                    joined(plugin.operators));
  lines.push_back("  all settings are in " + folder + "/config.txt; not at their defaults:");
  for (const std::string& settings : changed_settings(config)) lines.push_back("  " + settings);
  return lines;
}

}  // namespace centigan
