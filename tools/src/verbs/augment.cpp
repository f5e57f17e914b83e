// `centigan augment`: what the discriminator sees of pictures.
#include <ATen/ATen.h>

#include <algorithm>
#include <cstdio>

#include "../augment_sheet.h"
#include "../data_settings.h"
#include "../verbs.h"
#include "centigan/core/error.h"
#include "centigan/core/image.h"
#include "centigan/core/log.h"
#include "centigan/core/plugins.h"
#include "centigan/core/random.h"
#include "centigan/data/dataset.h"
#include "centigan/diffaug/augmentation.h"

namespace centigan {
namespace {

// A part of the policy with a row of its own, executed with probability p.
struct Part {
  std::string policy;
  double p;
};

// Every step; of ADA every group.
std::vector<Part> parts_of_policy(const Augmentation& whole, double strength) {
  std::vector<Part> parts;
  for (const AugmentStep& step : whole.steps()) {
    const double p = step.p.value_or(strength);
    if (step.text.rfind("ada:", 0) != 0)
      parts.push_back({step.text, p});
    else
      for (const std::string& group : ada_groups(step.text.substr(4))) parts.push_back({"ada:" + group, p});
  }
  return parts;
}

std::string all_steps(const Augmentation& whole) {
  std::string policy;
  for (const AugmentStep& step : whole.steps()) policy += (policy.empty() ? "" : ",") + step.text;
  return policy;
}

std::string legend(const std::string& what, const LeakNote& note) {
  if (note.level == Leak::kNone) return what;
  return what + " [" + mark_colour(note.level) + ": " + note.reason + "]";
}

std::string percent(double p) {
  char text[32];
  std::snprintf(text, sizeof text, ", p %g", p);
  return text;
}

// The rows of a sheet for pictures uint8 [N,C,H,W].
class Preview {
 public:
  Preview(const Augmentation& whole, const at::Tensor& pictures, uint64_t seed)
      : whole_(whole),
        pictures_(pictures.to(at::kFloat).div(127.5).sub(1)),
        values_(RandomStream(seed, "augment/preview").uniform(0, pictures.size(0), whole.value_draws())),
        gates_(RandomStream(seed, "augment/preview/gates").uniform(0, pictures.size(0), whole.gate_draws(true))),
        noise_(RandomStream(seed, "augment/preview/noise").normal(0, pictures.size(0), pictures[0].numel())) {
    rows_.push_back({"the pictures as they are", pictures, {}});
  }

  // A part takes the columns that the whole policy gives it, so the last row is what those above do together.
  void add(const Part& part) {
    const auto one = make_augmentation(part.policy);
    const int64_t values = one->value_draws(), gates = one->gate_draws(true);
    const LeakNote note = leak_note(part.policy, part.p);
    const at::Tensor u = at::cat({values_.narrow(1, value_, values), gates_.narrow(1, gate_, gates)}, 1);
    add_row(part.policy + percent(part.p), *one, u, at::scalar_tensor(part.p, at::kFloat), note);
    value_ += values, gate_ += gates;
    if (note.level > worst_.level) worst_ = note;
  }

  void add_all(double strength) {
    const auto all = make_augmentation(all_steps(whole_));
    std::vector<float> p;
    for (const AugmentStep& step : whole_.steps()) p.push_back(static_cast<float>(step.p.value_or(strength)));
    add_row("everything", *all, at::cat({values_, gates_}, 1), at::tensor(p), worst_);
  }

  const std::vector<SheetRow>& rows() const { return rows_; }

 private:
  void add_row(const std::string& what, const Augmentation& augmentation, const at::Tensor& u, const at::Tensor& p,
               const LeakNote& note) {
    const AugmentOptions options = {p, augmentation.takes_noise() ? noise_.view(pictures_.sizes()) : at::Tensor()};
    rows_.push_back({legend(what, note), to_uint8(augmentation.apply(pictures_, u, options)), note});
  }

  const Augmentation& whole_;
  at::Tensor pictures_, values_, gates_, noise_;
  std::vector<SheetRow> rows_;
  int64_t value_ = 0, gate_ = 0;  // columns that the rows above have
  LeakNote worst_;
};

void check_strength(const CommandLine& line, const Augmentation& augmentation) {
  for (const AugmentStep& step : augmentation.steps())
    if (step.p && line.has("strength"))
      fail_usage("augment", "--strength", "given, while --policy gives " + step.name + " a p= of its own",
                 "leave out one of them");
}

int augment(const CommandLine& line) {
  DataSettings config;
  line.apply(ConfigRef(config));
  const std::string out = line.required("out");
  const int64_t resolution = line.integer("resolution", 8, 1024), columns = line.integer("columns", 1, 64);
  const int64_t channels = std::stoll(line.one_of("channels", {"1", "3", "4"}));
  const uint64_t seed = static_cast<uint64_t>(line.integer("seed", 0, INT64_MAX));
  const double strength = line.number("strength", 0.0, 1.0);
  load_plugins(line.text("plugin"));
  const auto whole = make_augmentation(line.text("policy"));
  check_strength(line, *whole);

  const auto dataset = open_dataset(config.data, resolution, channels);
  const auto all = all_images(*dataset);
  Preview preview(*whole, all.narrow(0, 0, std::min(columns, all.size(0))), seed);
  const std::vector<Part> parts = parts_of_policy(*whole, strength);
  for (const Part& part : parts) preview.add(part);
  if (parts.size() > 1) preview.add_all(strength);

  write_png(out, augment_sheet(preview.rows()));
  for (size_t i = 0; i < preview.rows().size(); ++i)
    say("row " + std::to_string(i + 1) + ": " + preview.rows()[i].label);
  say("sheet in " + out);
  return 0;
}

}  // namespace

Verb augment_verb() {
  return {"augment",
          "previews an augmentation policy",
          "--data DIR --policy TEXT [--strength S] --out sheet.png",
          {{"policy", "TEXT", "color,translation,cutout", "Steps in order; each gets a row, the last row has all."},
           {"strength", "S", "1", "Probability of every step, from 0 to 1."},
           {"plugin", "FILE", "", "Libraries with further operators, FILE or FILE,FILE (docs/plugins.md)."},
           {"out", "FILE", "", "PNG file for the sheet."},
           {"resolution", "PX", "64", "Side of a picture."},
           {"channels", "N", "3", "Channels of a picture: 1, 3 or 4."},
           {"columns", "N", "12", "Pictures side by side."},
           {"seed", "S", "0", "Seed of the draws."}},
          data_settings_fields,
          0,
          augment};
}

}  // namespace centigan
