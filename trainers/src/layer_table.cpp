#include "layer_table.h"

#include <cstdio>

#include "centigan/core/log.h"

namespace centigan {
namespace {

struct LayerLine {
  std::string weight;  // shape of its largest parameter
  int64_t largest = 0, parameters = 0, frozen = 0, buffers = 0;
};

std::string layer_of(const std::string& name) {
  const size_t dot = name.rfind('.');
  return dot == std::string::npos ? "(itself)" : name.substr(0, dot);
}

// Modules with tensors of their own, in order of registration.
std::vector<std::pair<std::string, LayerLine>> layer_lines(const torch::nn::Module& network) {
  std::vector<std::pair<std::string, LayerLine>> lines;
  const auto line_of = [&](const std::string& layer) -> LayerLine& {
    for (auto& [name, line] : lines)
      if (name == layer) return line;
    return lines.emplace_back(layer, LayerLine()).second;
  };
  for (const auto& item : network.named_parameters()) {
    LayerLine& line = line_of(layer_of(item.key()));
    line.parameters += item.value().numel();
    line.frozen += item.value().requires_grad() ? 0 : item.value().numel();
    if (item.value().numel() > line.largest)
      line.largest = item.value().numel(), line.weight = c10::str(item.value().sizes());
  }
  for (const auto& item : network.named_buffers())
    if (item.value().defined()) line_of(layer_of(item.key())).buffers += item.value().numel();
  return lines;
}

void print_line(const std::string& name, const LayerLine& line) {
  char text[240];
  std::snprintf(text, sizeof text, "    %-28s %-20s %12lld %12lld%s", name.c_str(), line.weight.c_str(),
                static_cast<long long>(line.parameters), static_cast<long long>(line.buffers),
                line.frozen > 0 ? "  frozen" : "");
  say(text);
}

}  // namespace

void print_layers(const Trained& trained) {
  char head[160];
  std::snprintf(head, sizeof head, "    %-28s %-20s %12s %12s", "layer", "weight", "parameters", "buffers");
  say("  " + trained.name + (trained.average ? ", averaged:" : ":"));
  say(head);
  LayerLine sum;
  for (const auto& [name, line] : layer_lines(*trained.module)) {
    print_line(name, line);
    sum.parameters += line.parameters, sum.buffers += line.buffers, sum.frozen += line.frozen;
  }
  const std::string frozen = sum.frozen > 0 ? ", " + std::to_string(sum.frozen) + " of them frozen" : "";
  say("  " + trained.name + ": " + std::to_string(sum.parameters) + " parameters" + frozen + ", " +
      std::to_string(sum.buffers) + " values in buffers");
}

}  // namespace centigan
