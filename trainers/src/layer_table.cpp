#include "layer_table.h"

#include <cstdio>

#include "centigan/core/log.h"

namespace centigan {
namespace {

struct LayerLine {
  std::string weight;  // shape of its largest parameter
  int64_t largest = 0, parameters = 0, frozen = 0, buffers = 0;
};

// The tensors of a module without those of its parts.
LayerLine line_of(const torch::nn::Module& module) {
  LayerLine line;
  for (const auto& parameter : module.parameters(/*recurse=*/false)) {
    line.parameters += parameter.numel();
    line.frozen += parameter.requires_grad() ? 0 : parameter.numel();
    if (parameter.numel() <= line.largest) continue;
    line.largest = parameter.numel(), line.weight = c10::str(parameter.sizes());
  }
  for (const auto& buffer : module.buffers(/*recurse=*/false))
    if (buffer.defined()) line.buffers += buffer.numel();
  return line;
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
  for (const auto& item : trained.module->named_modules()) {
    const LayerLine line = line_of(*item.value());
    if (line.parameters + line.buffers == 0) continue;
    print_line(item.key().empty() ? "(itself)" : item.key(), line);
    sum.parameters += line.parameters, sum.buffers += line.buffers, sum.frozen += line.frozen;
  }
  const std::string frozen = sum.frozen > 0 ? ", " + std::to_string(sum.frozen) + " of them frozen" : "";
  say("  " + trained.name + ": " + std::to_string(sum.parameters) + " parameters" + frozen + ", " +
      std::to_string(sum.buffers) + " values in buffers");
}

}  // namespace centigan
