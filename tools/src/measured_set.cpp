#include "measured_set.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <filesystem>

#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/hash.h"
#include "centigan/core/log.h"
#include "centigan/core/npz.h"
#include "centigan/core/safetensors.h"
#include "drawing.h"

namespace centigan {
namespace {

// Collects rows; pictures of one size go through the network together.
class FeatureCollector {
 public:
  FeatureCollector(FeatureExtractor& extractor, MeasuredSet& set, bool mirrored) : extractor_(extractor), set_(set) {
    const int64_t most = set.stream->count();
    set_.features = at::empty({most, extractor.width()});
    if (mirrored) set_.mirrored = at::empty({most, extractor.width()});
  }

  void add(int64_t index, const at::Tensor& picture) {
    hash_.add(set_.stream->name(index)).add(picture.contiguous().const_data_ptr(), picture.nbytes());
    if (!batch_.empty() && batch_.front().sizes() != picture.sizes()) flush();
    batch_.push_back(picture);
    set_.used.push_back(index);
  }

  void flush() {
    if (batch_.empty()) return;
    const at::Tensor pictures = at::stack(batch_);
    set_.features.narrow(0, rows_, pictures.size(0)).copy_(extractor_.features(pictures));
    if (set_.mirrored.defined())
      set_.mirrored.narrow(0, rows_, pictures.size(0)).copy_(extractor_.features(pictures.flip({3})));
    rows_ += pictures.size(0);
    batch_.clear();
  }

  void finish() {
    flush();
    set_.features = set_.features.narrow(0, 0, rows_);
    if (set_.mirrored.defined()) set_.mirrored = set_.mirrored.narrow(0, 0, rows_);
    const std::string known = set_.stream->fingerprint();
    set_.fingerprint = known.empty() ? hash_.hex() : known;
  }

 private:
  FeatureExtractor& extractor_;
  MeasuredSet& set_;
  std::vector<at::Tensor> batch_;
  int64_t rows_ = 0;
  Sha256 hash_;
};

MeasuredSet described(std::shared_ptr<PictureStream> stream) {
  MeasuredSet set;
  set.source = stream->source(), set.resolution = stream->resolution();
  set.stream = std::move(stream);
  return set;
}

using Metadata = std::map<std::string, std::string>;

// What a kept file must agree in; its name is the hash of this.
Metadata cache_key(const PictureStream& stream, const FeatureExtractor& extractor, bool mirrored) {
  return {{"contents", stream.contents()},
          {"extractor", extractor.name()},
          {"weights", extractor.weights_hash()},
          {"resize", extractor.resize_rule()},
          {"pictures", stream.resolution()},
          {"mirrored", mirrored ? "1" : "0"},
          {"version", "1"}};
}

std::string cache_name(const Metadata& key) {
  Sha256 hash;
  for (const auto& [name, value] : key) hash.add(name).add("=").add(value).add("\n");
  return "features-" + hash.hex().substr(0, 32) + ".safetensors";
}

std::string first_difference(const Metadata& key, const Safetensors& file) {
  for (const auto& [name, value] : key) {
    const auto found = file.metadata.find(name);
    if (found == file.metadata.end() || found->second != value) return name;
  }
  return "";
}

bool recalled(const std::string& path, const Metadata& key, MeasuredSet& set) {
  if (!std::filesystem::exists(path)) return false;
  try {
    const Safetensors file = read_safetensors(path);
    const std::string other = first_difference(key, file);
    const bool whole = other.empty() && file.tensors.count("features") > 0 && file.tensors.count("used") > 0;
    if (!whole) {
      warn("eval: " + path + " is of other pictures or another network (" + other + "); measured again");
      return false;
    }
    set.features = file.tensors.at("features");
    if (file.tensors.count("mirrored") > 0) set.mirrored = file.tensors.at("mirrored");
    const at::Tensor used = file.tensors.at("used").to(at::kLong).contiguous();
    set.used.assign(used.const_data_ptr<int64_t>(), used.const_data_ptr<int64_t>() + used.numel());
    set.fingerprint = file.metadata.count("fingerprint") > 0 ? file.metadata.at("fingerprint") : "";
    return set.features.dim() == 2 && set.features.size(0) == used.numel();
  } catch (const Error& error) {
    warn(std::string(error.what()).substr(0, 300) + "; measured again");
    return false;
  }
}

void keep(const std::string& folder, const std::string& path, const Metadata& key, const MeasuredSet& set) {
  try {
    make_folder(folder, "eval");
    Safetensors file;
    file.metadata = key;
    file.metadata["fingerprint"] = set.fingerprint;
    file.tensors = {{"features", set.features}, {"used", at::tensor(set.used, at::kLong)}};
    if (set.mirrored.defined()) file.tensors["mirrored"] = set.mirrored;
    write_safetensors(path, file);
  } catch (const Error& error) {
    warn("eval: features are not kept for next time: " + std::string(error.what()).substr(0, 300));
  }
}

}  // namespace

torch::Tensor MeasuredSet::picture(int64_t row) const {
  return stream->read(used.at(static_cast<size_t>(row)), 1).front();
}

MeasuredSet measure_set(std::shared_ptr<PictureStream> stream, FeatureExtractor& extractor, bool mirrored,
                        Progress& progress, int64_t& done) {
  MeasuredSet set = described(std::move(stream));
  FeatureCollector collector(extractor, set, mirrored);
  const int64_t piece = 16 * hardware_threads(), cost = mirrored ? 2 : 1;
  for (int64_t first = 0; first < set.stream->count(); first += piece) {
    const auto pictures = set.stream->read(first, piece);
    for (size_t i = 0; i < pictures.size(); ++i)
      if (pictures[i].defined()) collector.add(first + static_cast<int64_t>(i), pictures[i]);
    collector.flush();
    progress.update(done += cost * static_cast<int64_t>(pictures.size()));
    leave_if_stopped("eval", std::to_string(done) + " pictures measured");
  }
  collector.finish();
  return set;
}

MeasuredSet measure_or_recall(std::shared_ptr<PictureStream> stream, FeatureExtractor& extractor, bool mirrored,
                              Progress& progress, int64_t& done, const std::string& folder) {
  if (folder.empty()) return measure_set(std::move(stream), extractor, mirrored, progress, done);
  const Metadata key = cache_key(*stream, extractor, mirrored);
  const std::string path = folder + "/" + cache_name(key);
  MeasuredSet set = described(stream);
  if (recalled(path, key, set)) {
    progress.update(done += (mirrored ? 2 : 1) * stream->count());
    return set;
  }
  set = measure_set(std::move(stream), extractor, mirrored, progress, done);
  keep(folder, path, key, set);
  return set;
}

MeasuredSet imported_set(const std::string& path, int64_t width) {
  const auto arrays = read_npz(path);
  const auto mu = arrays.find("mu"), sigma = arrays.find("sigma");
  const bool fits = mu != arrays.end() && sigma != arrays.end() && mu->second.numel() == width &&
                    sigma->second.sizes() == at::IntArrayRef({width, width});
  if (!fits)
    fail("eval", path, "holds no mu [" + std::to_string(width) + "] with sigma to match",
         "give statistics of the same network, or choose it with --extractor");
  MeasuredSet set;
  set.moments = FeatureMoments{mu->second.flatten().to(at::kDouble), sigma->second.to(at::kDouble)};
  set.source = "imported";
  const auto bytes = read_file(path, "eval");
  set.fingerprint = Sha256().add(bytes.data(), bytes.size()).hex();
  return set;
}

void export_statistics(const std::string& path, const MeasuredSet& set) {
  const FeatureMoments moments = set.imported() ? *set.moments : feature_moments(set.features);
  write_npz(path, {{"mu", moments.mean}, {"sigma", moments.covariance}});
}

}  // namespace centigan
