#include "eval_writer.h"

#include <utility>

#include "centigan/core/log.h"
#include "centigan/core/text.h"
#include "centigan/metrics/measurement.h"

namespace centigan {
namespace {

// Nobody knows which network other people's statistics came from unless the user says it.
std::string honest_name(const std::string& metric, const EvalSubject& s, bool stated) {
  return !stated && (s.real.imported() || s.fake.imported()) ? "FD-imported" : metric;
}

// "precision(k=3)" of pictures that were drawn with standing statistics is "precision(k=3,standing=16)".
std::string with_standing(const std::string& metric, int64_t batches) {
  if (batches == 0) return metric;
  const std::string part = "standing=" + std::to_string(batches) + ")";
  return metric.back() == ')' ? metric.substr(0, metric.size() - 1) + "," + part : metric + "(" + part;
}

JsonFields beside_value(const EvalNumber& number) {
  JsonFields beside;
  if (number.error) beside.emplace_back("error", *number.error);
  if (!number.of_class.empty()) beside.emplace_back("class", number.of_class);
  if (!number.note.empty()) beside.emplace_back("note", number.note);
  return beside;
}

}  // namespace

NumberWriter::NumberWriter(const EvalSubject& subject, NumberHeader header, const std::string& run_folder,
                           const std::string& json)
    : subject_(subject), header_(std::move(header)) {
  if (!run_folder.empty()) files_.push_back(run_folder + "/metrics.jsonl");
  for (const auto& file : files_) repair_jsonl(file);  // not a file of the user's naming: nothing of it is cut
  if (!json.empty()) files_.push_back(json);
}

Recipe NumberWriter::recipe_of_number(const EvalNumber& number, const FeatureExtractor& extractor) const {
  Recipe recipe = header_.recipe;
  recipe.metric = with_standing(honest_name(number.metric, subject_, header_.network_stated), header_.standing);
  recipe.value = number.value;
  recipe.extractor = extractor.name(), recipe.resize = extractor.resize_rule();
  recipe.hash = extractor.weights_hash().substr(0, 8);
  recipe.real_count = number.of_class.empty() ? subject_.real.count() : number.reals;
  recipe.fake_count = number.of_class.empty() ? subject_.fake.count() : number.fakes;
  return recipe;
}

void NumberWriter::write(const EvalNumber& number, double seconds) {
  const FeatureExtractor& extractor = number.extractor ? *number.extractor : *subject_.extractor;
  const Recipe recipe = recipe_of_number(number, extractor);
  say(recipe_text(recipe) + (number.error ? " +- " + format_text("%.3g", *number.error) : "") +
      (number.note.empty() ? "" : "  " + number.note));
  JsonFields json = json_of(recipe, subject_.real.fingerprint, subject_.fake.fingerprint, extractor.weights_hash(),
                            extractor.device().is_cpu() ? "cpu" : "cuda", seconds);
  const JsonFields beside = beside_value(number);
  json.insert(json.begin() + 2, beside.begin(), beside.end());
  if (header_.images >= 0) json.emplace_back("images", header_.images);
  for (const auto& file : files_) append_jsonl(file, json);
}

}  // namespace centigan
