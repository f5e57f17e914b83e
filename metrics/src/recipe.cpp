#include "centigan/metrics/recipe.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "centigan/core/error.h"

namespace centigan {
namespace {

std::string six_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string count_text(int64_t count) {
  return count < 0 ? "?" : std::to_string(count);
}

std::string bracket_text(const Recipe& r) {
  return r.extractor + "/" + r.hash + ";rs=" + r.resize + ";n=" + count_text(r.real_count) + ":" +
         count_text(r.fake_count) + ";ref=" + r.reference + ";src=" + r.real_source + ":" + r.fake_source +
         ";res=" + r.resolution + ";ddof=" + std::to_string(r.ddof) + ";seed=" + std::to_string(r.seed) +
         ";psi=" + six_digits(r.psi) + ";ema=" + (r.ema ? "1" : "0") + ";v=1";
}

// Cuts `text` at the first `end` and returns what stood before it.
std::string take(std::string& text, const std::string& end) {
  const size_t at = text.find(end);
  std::string head = text.substr(0, at);
  text = at == std::string::npos ? "" : text.substr(at + end.size());
  return head;
}

int64_t take_count(std::string& text, const std::string& end) {
  const std::string digits = take(text, end);
  return digits == "?" ? -1 : std::strtoll(digits.c_str(), nullptr, 10);
}

}  // namespace

std::string recipe_text(const Recipe& recipe) {
  return recipe.metric + "[" + bracket_text(recipe) + "]=" + six_digits(recipe.value);
}

// Reads leniently, then demands that printing gives the same text: no malformed part can survive that.
Recipe parse_recipe(const std::string& text) {
  Recipe r;
  std::string rest = text;
  r.metric = take(rest, "["), r.extractor = take(rest, "/"), r.hash = take(rest, ";rs=");
  r.resize = take(rest, ";n="), r.real_count = take_count(rest, ":"), r.fake_count = take_count(rest, ";ref=");
  r.reference = take(rest, ";src="), r.real_source = take(rest, ":"), r.fake_source = take(rest, ";res=");
  r.resolution = take(rest, ";ddof="), r.ddof = take_count(rest, ";seed="), r.seed = take_count(rest, ";psi=");
  r.psi = std::strtod(take(rest, ";ema=").c_str(), nullptr), r.ema = take(rest, ";v=1]=") == "1";
  r.value = std::strtod(rest.c_str(), nullptr);
  if (recipe_text(r) != text) {
    fail("metrics", escaped(text), "is not the recipe of a number",
         "copy the whole text from metrics.jsonl, as in FID[inception-2015-12-05/b7bd1d80;rs=tf1;…;v=1]=31.4159");
  }
  return r;
}

std::string metric_key(const std::string& metric) {
  std::string key = metric.substr(0, metric.find('('));
  for (char& c : key) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return key;
}

bool comparable(const Recipe& a, const Recipe& b) {
  Recipe c = b;
  c.seed = a.seed;
  return a.metric == b.metric && bracket_text(a) == bracket_text(c);
}

std::string frechet_label(const std::string& extractor) {
  return extractor == "inception-2015-12-05" ? "FID" : foreign_label("FID", extractor);
}

std::string foreign_label(const std::string& reserved, const std::string& extractor) {
  const std::string other = reserved == "FID" ? "FD" : reserved == "KID" ? "KD" : reserved;
  return other + "-" + extractor;
}

}  // namespace centigan
