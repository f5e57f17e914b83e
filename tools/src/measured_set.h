// Features of a set of pictures, measured, kept from an earlier time, or read from statistics of another program.
#pragma once
#include <torch/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "centigan/core/progress.h"
#include "centigan/metrics/extractor.h"
#include "centigan/metrics/frechet.h"
#include "picture_stream.h"

namespace centigan {

struct MeasuredSet {
  torch::Tensor features;                 // float32 [n,d]; undefined for imported statistics
  torch::Tensor mirrored;                 // the same of the mirrored pictures, or undefined
  std::optional<FeatureMoments> moments;  // imported
  std::string source, resolution = "native";
  std::string fingerprint;                // SHA-256 over names and pixels of the pictures that were used
  std::shared_ptr<PictureStream> stream;  // for sheets; null for imported statistics
  std::vector<int64_t> used;              // index in the stream of each row

  bool imported() const { return moments.has_value(); }
  int64_t count() const { return imported() ? -1 : features.size(0); }  // -1: not known
  torch::Tensor picture(int64_t row) const;
};

// Runs all pictures through the network. `progress` counts pictures from `done` on; a signal ends it (Error).
MeasuredSet measure_set(std::shared_ptr<PictureStream> stream, FeatureExtractor& extractor, bool mirrored,
                        Progress& progress, int64_t& done);

// The same with the results of an earlier time where `folder` holds them for these very pictures, this network and
// resize; else they are measured and kept there. A file that does not fit is named and replaced. "": no folder.
MeasuredSet measure_or_recall(std::shared_ptr<PictureStream> stream, FeatureExtractor& extractor, bool mirrored,
                              Progress& progress, int64_t& done, const std::string& folder);

// Statistics from an .npz file with `mu` and `sigma`.
MeasuredSet imported_set(const std::string& path, int64_t width);

// Writes them. Fewer than 2 pictures: Error.
void export_statistics(const std::string& path, const MeasuredSet& set);

}  // namespace centigan
