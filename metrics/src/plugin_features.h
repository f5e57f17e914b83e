#pragma once
#include <memory>
#include <string>

#include "feature_network.h"

namespace centigan {

// An operator of a plugin as a feature network; it is tried once on a grey picture. Not there, or not of the promised
// kind: Error.
std::unique_ptr<FeatureNetwork> make_plugin_features(const std::string& name);

// SHA-256 of the plugin's file that defines the operator; "" if no loaded one does.
std::string plugin_hash(const std::string& name);

}  // namespace centigan
