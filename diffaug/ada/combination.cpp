#include <ATen/core/Tensor.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "ada/matrices.h"
#include "ada/steps.h"
#include "common/nearest_word.h"

namespace centigan {
namespace {

const std::vector<std::string> kAdaWords = {"blit", "geom", "color", "filter", "noise", "cutout",
                                            "bg",   "bgc",  "bgcf",  "bgcfn",  "bgcfnc"};

// Single groups by name, others by their letters.
void set_groups(const std::string& word, AdaCombination& c) {
  const bool letters = word.rfind("bg", 0) == 0;
  const auto has = [&](const char* name, size_t place) { return word == name || (letters && word.size() > place); };
  c.blit = has("blit", 0), c.geom = has("geom", 1), c.color = has("color", 2);
  c.filter = has("filter", 3), c.noise = has("noise", 4), c.cutout = has("cutout", 5);
}

void read_probability(std::string_view text, AdaCombination& c) {
  const bool named = text.substr(0, 2) == "p=";
  if (named) text.remove_prefix(2);
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), c.p);
  c.has_p = named && code == std::errc() && stop == text.data() + text.size() && c.p >= 0 && c.p <= 1;
  if (c.has_p) return;
  c.error = "'" + std::string(text) + "' is no probability", c.hint = "write it as in bgc:p=0.6, from 0 to 1";
}

std::string ada_words_hint(const std::string& word) {
  const std::string nearest = nearest_hint(word, kAdaWords), all = nearest_hint("", kAdaWords);
  return nearest == all ? all : nearest + " " + all;
}

}  // namespace

AdaCombination read_ada_combination(const std::string& text) {
  std::string_view rest = text;
  if (rest.substr(0, 4) == "ada:") rest.remove_prefix(4);
  const size_t colon = rest.find(':');
  const std::string word(rest.substr(0, colon));
  AdaCombination c;
  if (std::find(kAdaWords.begin(), kAdaWords.end(), word) == kAdaWords.end()) {
    c.error = word.empty() ? "the combination is empty" : "no combination is called '" + word + "'";
    c.hint = ada_words_hint(word);
    return c;
  }
  set_groups(word, c);
  if (colon != std::string_view::npos) read_probability(rest.substr(colon + 1), c);
  return c;
}

AdaCombination checked_ada_combination(const std::string& text) {
  AdaCombination c = read_ada_combination(text);
  TORCH_CHECK(c.error.empty(), "ada: '", text, "': ", c.error, "; ", c.hint);
  return c;
}

std::vector<AdaStep> ada_steps(const AdaCombination& combination) {
  using C = AdaCombination;
  static const std::vector<AdaStep> all = {
      {&C::blit, 1, {"xflip"}, {"xflip_acted"}},
      {&C::blit, 1, {"rotate90"}, {"rotate90_acted"}},
      {&C::blit, 2, {"xint_x", "xint_y"}, {"xint_acted"}},
      {&C::geom, 1, {"scale"}, {"scale_acted"}},
      {&C::geom, 1, {"rotate_pre"}, {"rotate_pre_acted"}},
      {&C::geom, 1, {"aniso"}, {"aniso_acted"}},
      {&C::geom, 1, {"rotate_post"}, {"rotate_post_acted"}},
      {&C::geom, 2, {"xfrac_x", "xfrac_y"}, {"xfrac_acted"}},
      {&C::color, 1, {"brightness"}, {"brightness_acted"}},
      {&C::color, 1, {"contrast"}, {"contrast_acted"}},
      {&C::color, 1, {"lumaflip"}, {"lumaflip_acted"}},
      {&C::color, 1, {"hue"}, {"hue_acted"}},
      {&C::color, 1, {"saturation"}, {"saturation_acted"}},
      {&C::filter,
       4,
       {"gain_0", "gain_1", "gain_2", "gain_3"},
       {"gain_0_acted", "gain_1_acted", "gain_2_acted", "gain_3_acted"}},
      {&C::noise, 1, {"noise_sigma"}, {"noise_acted"}},
      {&C::cutout, 2, {"cutout_size", "cutout_x", "cutout_y"}, {"cutout_acted"}},
  };
  std::vector<AdaStep> steps;
  for (const AdaStep& step : all)
    if (combination.*step.group) steps.push_back(step);
  return steps;
}

int64_t ada_draws(const std::string& combination) {
  int64_t columns = 0;
  for (const AdaStep& step : ada_steps(checked_ada_combination(combination)))
    columns += step.draws + static_cast<int64_t>(step.gates.size());
  return columns;
}

bool ada_needs_noise(const std::string& combination) {
  return checked_ada_combination(combination).noise;
}

std::vector<std::string> ada_parameters(const std::string& combination) {
  std::vector<std::string> names, gates;
  for (const AdaStep& step : ada_steps(checked_ada_combination(combination))) {
    names.insert(names.end(), step.values.begin(), step.values.end());
    gates.insert(gates.end(), step.gates.begin(), step.gates.end());
  }
  names.insert(names.end(), gates.begin(), gates.end());
  return names;
}

}  // namespace centigan
