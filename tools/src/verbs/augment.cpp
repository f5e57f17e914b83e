// `centigan augment`: what a policy does to pictures.
#include <ATen/ATen.h>

#include <algorithm>

#include "../verbs.h"
#include "centigan/core/image.h"
#include "centigan/core/log.h"
#include "centigan/core/random.h"
#include "centigan/data/dataset.h"
#include "centigan/diffaug/augmentation.h"

namespace centigan {
namespace {

// The data settings of a run under their usual names.
struct AugmentConfig {
  DataConfig data;
};

void visit(ConfigVisitor& v, AugmentConfig& c) {
  v.group("data", c.data);
}

std::vector<ConfigField> augment_fields() {
  AugmentConfig config;
  return config_fields(ConfigRef(config));
}

// The steps of a policy as written, without the empty ones.
std::vector<std::string> written_steps(const std::string& policy) {
  std::vector<std::string> steps;
  for (size_t first = 0; first < policy.size();) {
    const size_t end = std::min(policy.find(',', first), policy.size());
    if (end > first) steps.push_back(policy.substr(first, end - first));
    first = end + 1;
  }
  return steps;
}

at::Tensor augmented(const at::Tensor& pictures, const std::string& policy, uint64_t seed) {
  const auto augmentation = make_augmentation(policy);
  const auto draws = RandomStream(seed, "augment/preview").uniform(0, pictures.size(0), augmentation->draws());
  return augmentation->apply(pictures, draws);
}

int augment(const CommandLine& line) {
  AugmentConfig config;
  line.apply(ConfigRef(config));
  const std::string out = line.required("out"), policy = line.text("policy");
  const int64_t resolution = line.integer("resolution", 8, 1024), columns = line.integer("columns", 1, 64);
  const uint64_t seed = static_cast<uint64_t>(line.integer("seed", 0, INT64_MAX));
  auto rows = written_steps(policy);
  if (rows.size() > 1) rows.push_back(policy);
  for (const auto& row : rows) parse_policy(row);

  const auto dataset = open_dataset(config.data, resolution, 3);
  const auto all = all_images(*dataset);
  const auto pictures = all.narrow(0, 0, std::min(columns, all.size(0))).to(at::kFloat).div(127.5).sub(1);
  std::vector<at::Tensor> sheet = {to_uint8(pictures)};
  say("row 1: the pictures as they are");
  for (const auto& row : rows) {
    sheet.push_back(to_uint8(augmented(pictures, row, seed)));
    say("row " + std::to_string(sheet.size()) + ": " + row);
  }
  write_png(out, make_grid(at::cat(sheet), pictures.size(0)));
  say("sheet in " + out);
  return 0;
}

}  // namespace

Verb augment_verb() {
  return {"augment",
          "previews an augmentation policy",
          "--data DIR --policy TEXT --out sheet.png",
          {{"policy", "TEXT", "color,translation,cutout", "Steps in order; each gets a row, the last row has all."},
           {"out", "FILE", "", "PNG file for the sheet."},
           {"resolution", "PX", "64", "Side of a picture."},
           {"columns", "N", "12", "Pictures side by side."},
           {"seed", "S", "0", "Seed of the draws."}},
          augment_fields,
          0,
          augment};
}

}  // namespace centigan
