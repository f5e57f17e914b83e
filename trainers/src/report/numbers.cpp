#include <algorithm>
#include <cmath>

#include "centigan/core/text.h"
#include "centigan/metrics/measurement.h"
#include "centigan/metrics/memorisation.h"
#include "sections.h"

namespace centigan {
namespace {

bool starts(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

MeasuredNumber number_of(const JsonRow& row) {
  MeasuredNumber number;
  const std::string recipe = text_in(row, row.count("recipe") > 0 ? "recipe" : "metric");
  const size_t end = recipe.rfind("]=");
  number.key = end == std::string::npos ? recipe : recipe.substr(0, end + 1);
  number.metric = recipe.substr(0, recipe.find('['));
  number.note = text_in(row, "note");
  number.value = number_in(row, "value").value_or(std::nan(""));
  number.error = number_in(row, "error");
  if (const auto images = number_in(row, "images")) number.kimg = *images / 1000;
  return number;
}

// Evidence of one moment: the newest one at which something that tells of memorising was measured.
MemorisationEvidence evidence_of(const std::vector<MeasuredNumber>& numbers) {
  const auto tells = [](const MeasuredNumber& n) {
    return starts(n.metric, "ratio(") || n.metric == "KID" || starts(n.metric, "KD-") ||
           starts(n.metric, "near-duplicates(") || starts(n.metric, "rank") || starts(n.metric, "smoothness(");
  };
  std::optional<double> moment;
  for (const MeasuredNumber& n : numbers)
    if (tells(n) && n.kimg && n.kimg > moment) moment = n.kimg;
  MemorisationEvidence evidence;
  for (const MeasuredNumber& n : numbers) {
    if (!tells(n) || n.kimg != moment) continue;
    if (starts(n.metric, "ratio("))
      evidence.ratio = n.value;
    else if (starts(n.metric, "near-duplicates("))
      evidence.near_duplicates = n.value;
    else if (starts(n.metric, "rank"))
      evidence.rank_z = n.value;
    else if (starts(n.metric, "smoothness("))
      evidence.jump = n.value;
    else
      evidence.kid = n.value, evidence.kid_error = n.error;
  }
  return evidence;
}

std::string verdict_html(const MemorisationVerdict& verdict) {
  if (verdict.signs.size() < 2)
    return html_paragraph(
        "Whether it repeats its training pictures was not measured: `centigan eval --from RUN` does that.", "note");
  std::string html = html_paragraph(verdict.sentence, "verdict " + verdict.word) + "<ul class=\"signs\">\n";
  for (const MemorisationSign& sign : verdict.signs)
    html += std::string("<li") + (sign.present ? " class=\"yes\"" : "") + ">" + html_text(sign.text) + "</li>\n";
  return html + "</ul>\n";
}

std::string recipe_html(const std::string& key) {
  return "<small>" + html_mono(key) + "</small>";
}

bool higher_is_better(const std::string& word) {
  for (const MetricKind& kind : metric_kinds())
    if (kind.word == word) return kind.higher_is_better;
  return false;
}

}  // namespace

std::vector<MeasuredNumber> newest_numbers(const std::vector<JsonRow>& rows) {
  std::vector<MeasuredNumber> numbers;
  for (const JsonRow& row : rows) {
    MeasuredNumber number = number_of(row);
    if (number.key.empty()) continue;
    const auto known = std::find_if(numbers.begin(), numbers.end(), [&](const auto& n) { return n.key == number.key; });
    if (known == numbers.end())
      numbers.push_back(std::move(number));
    else
      *known = std::move(number);
  }
  return numbers;
}

std::string number_text(const MeasuredNumber& number) {
  return readable_number(number.value) + (number.error ? "\u00a0±\u00a0" + readable_number(*number.error, 2) : "");
}

std::string verdict_word(const RunRecord& record) {
  const MemorisationVerdict verdict = memorisation_verdict(evidence_of(newest_numbers(record.metrics)));
  return verdict.signs.size() < 2 ? "" : verdict.word;
}

std::string numbers_section(const RunRecord& record) {
  std::vector<MeasuredNumber> numbers = newest_numbers(record.metrics);
  std::stable_sort(numbers.begin(), numbers.end(), [](const auto& a, const auto& b) { return a.kimg > b.kimg; });
  if (numbers.empty())
    return html_paragraph(
        "Nothing was measured yet: `centigan eval --from RUN` measures, `centigan train --eval-every` does "
        "so while a run is trained.");
  ReportTable table{{"Number and its recipe", "Value", "kimg"}, {}, false};
  for (const MeasuredNumber& n : numbers) {
    table.rows.push_back({html_text(n.metric), number_text(n), n.kimg ? readable_number(*n.kimg) : "–"});
    table.rows.push_back({recipe_html(n.key) + (n.note.empty() ? "" : "<small>" + html_text(n.note) + "</small>")});
  }
  return verdict_html(memorisation_verdict(evidence_of(numbers))) + table_html(table);
}

std::string comparison_numbers(const std::vector<RunRecord>& records, const std::vector<std::string>& names) {
  ReportTable table{{"Number and its recipe"}, {}, false};
  std::vector<std::pair<std::string, std::string>> keys;
  for (size_t i = 0; i < records.size(); ++i) {
    table.head.push_back(html_text(names[i]));
    for (const MeasuredNumber& n : newest_numbers(records[i].metrics))
      if (std::none_of(keys.begin(), keys.end(), [&](const auto& known) { return known.first == n.key; }))
        keys.emplace_back(n.key, n.metric);
  }
  for (const auto& [key, metric] : keys) {
    std::vector<std::string> row = {html_text(metric)};
    for (const RunRecord& record : records) {
      std::string cell = "–";
      for (const MeasuredNumber& n : newest_numbers(record.metrics))
        if (n.key == key)
          cell = number_text(n) + (n.kimg ? "<small>at " + readable_number(*n.kimg) + " kimg</small>" : "");
      row.push_back(cell);
    }
    table.rows.push_back(row);
    table.rows.push_back({recipe_html(key)});
  }
  std::vector<std::string> verdicts = {"Memorising?"};
  for (const RunRecord& record : records)
    verdicts.push_back(verdict_word(record).empty() ? "not measured" : html_text(verdict_word(record)));
  table.rows.push_back(verdicts);
  return table_html(table);
}

std::optional<BestNumber> best_number(const RunRecord& record) {
  const bool higher = higher_is_better(record.config.trainer.metric);
  std::optional<BestNumber> best;
  for (const JsonRow& row : record.metrics) {
    const auto images = number_in(row, "images"), value = number_in(row, "value");
    if (row.count("step") == 0 || !images || !value) continue;  // measured by hand
    const std::string metric = number_of(row).metric;
    if (!best || best->metric != metric || (higher ? *value > best->value : *value < best->value))
      best = BestNumber{static_cast<int64_t>(*images), metric, *value};
  }
  return best;
}

}  // namespace centigan
