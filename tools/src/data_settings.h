// The data settings of a run under their usual names, for verbs that take no others.
#pragma once
#include <vector>

#include "centigan/data/dataset.h"

namespace centigan {

struct DataSettings {
  DataConfig data;
};

inline void visit(ConfigVisitor& v, DataSettings& c) {
  v.group("data", c.data);
}

inline std::vector<ConfigField> data_settings_fields() {
  DataSettings settings;
  return config_fields(ConfigRef(settings));
}

}  // namespace centigan
