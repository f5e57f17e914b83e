#include <algorithm>

#include "centigan/core/error.h"
#include "sections.h"

namespace centigan {
namespace {

bool starts_with(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

// Where files lie, and what belongs to another family of networks, is no choice about the run.
bool tells_nothing(const std::string& key, const std::string& family) {
  for (const char* other : {"lite", "stylegan2", "biggan"})
    if (family != other && starts_with(key, std::string("model.") + other + ".")) return true;
  return key == "preset" || key == "out" || key == "data.path";
}

// The settings that the run would have without flags, with its own length, from which cadences follow.
TrainConfig untouched(const TrainConfig& config, std::string& what) {
  TrainConfig plain;
  what = "the program's own";
  const auto names = preset_names();
  if (config.preset != "auto" && std::count(names.begin(), names.end(), config.preset) > 0) {
    apply_preset(config.preset, plain);
    what = "those of the preset " + config.preset;
  }
  plain.data.path = config.data.path;
  plain.loss.objective = config.loss.objective, plain.loss.teacher = config.loss.teacher;
  plain.trainer.adapt.mode = config.trainer.adapt.mode;
  const double kimg = plain.trainer.kimg;
  plain.trainer.kimg = config.trainer.kimg;
  try {
    check_train_config(plain);
  } catch (const Error&) {
    plain.trainer.tick = config.trainer.tick;  // cadences stay underived, which is no reason to leave out the rest
  }
  plain.trainer.kimg = kimg;
  return plain;
}

struct Difference {
  ConfigField now, before;
};

std::vector<Difference> differences_from(TrainConfig plain, TrainConfig config) {
  const auto now = config_fields(ConfigRef(config)), before = config_fields(ConfigRef(plain));
  std::vector<Difference> differences;
  for (size_t i = 0; i < now.size(); ++i)
    if (now[i].value != before[i].value && !tells_nothing(now[i].key, config.model.family))
      differences.push_back({now[i], before[i]});
  return differences;
}

std::string value_cell(const std::string& value) {
  return value.empty() ? "–" : html_mono(value);
}

std::string key_cell(const ConfigField& field) {
  return html_mono(field.key) + "<small>" + html_text(field.help) + "</small>";
}

std::string all_settings(TrainConfig config) {
  ReportTable table{{"Setting", "Value"}, {}, true};
  for (const ConfigField& field : config_fields(ConfigRef(config)))
    if (!tells_nothing(field.key, config.model.family) || field.key == "data.path")
      table.rows.push_back({key_cell(field), value_cell(field.value)});
  return details_html("All settings", table_html(table));
}

std::string chosen_html(const std::vector<std::string>& chosen) {
  if (chosen.empty()) return "";
  std::string html = "<h3>What auto chose, and why</h3>\n<ul>\n";
  for (const std::string& sentence : chosen) html += "<li>" + html_text(sentence) + "</li>\n";
  return html + "</ul>\n";
}

}  // namespace

std::string settings_section(const RunRecord& record) {
  std::string what;
  const TrainConfig plain = untouched(record.config, what);
  ReportTable table{{"Setting", "Here", "Default"}, {}, true};
  for (const Difference& difference : differences_from(plain, record.config))
    table.rows.push_back(
        {key_cell(difference.now), value_cell(difference.now.value), value_cell(difference.before.value)});
  const std::string preset = record.config.preset.empty() ? "No preset" : "Preset " + record.config.preset;
  return html_paragraph(preset + ". " +
                        (table.rows.empty() ? "Nothing differs from " + what + " settings."
                                            : "Below is what differs from " + what + " settings.")) +
         chosen_html(record.chosen) + (table.rows.empty() ? "" : table_html(table)) + all_settings(record.config);
}

std::string comparison_settings(const std::vector<RunRecord>& records, const std::vector<std::string>& names) {
  std::vector<std::vector<ConfigField>> fields;
  for (const RunRecord& record : records) {
    TrainConfig config = record.config;
    fields.push_back(config_fields(ConfigRef(config)));
  }
  ReportTable table{{"Setting"}, {}, true};
  for (const std::string& name : names) table.head.push_back(html_text(name));
  for (size_t i = 0; i < fields[0].size(); ++i) {
    std::vector<std::string> row = {key_cell(fields[0][i])};
    bool differs = false;
    for (const auto& of_run : fields) {
      row.push_back(value_cell(of_run[i].value));
      differs |= of_run[i].value != fields[0][i].value;
    }
    if (differs && fields[0][i].key != "out") table.rows.push_back(row);
  }
  return table.rows.empty() ? html_paragraph("All settings are equal.") : table_html(table);
}

}  // namespace centigan
