#include "centigan/compress/fit.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "centigan/compress/prune.h"
#include "least_squares.h"
#include "teacher_maps.h"

namespace centigan {
namespace {

constexpr double kLeastScale = 1e-4;
const double kFitGain = std::sqrt(2.0);  // of the activation

torch::Tensor activated(const torch::Tensor& x) {
  return at::leaky_relu(x, kLiteSlope);
}

torch::Tensor before_activation(const torch::Tensor& y) {
  return at::leaky_relu(y, 1.0 / kLiteSlope);
}

torch::Tensor doubled(const torch::Tensor& picture) {
  return at::upsample_bilinear2d(picture, {2 * picture.size(2), 2 * picture.size(3)}, false);
}

// What a 3x3 kernel sees of a map, [pixels, 9*C + 1].
torch::Tensor patches(const torch::Tensor& x, LiteOp op) {
  const auto map = op == LiteOp::kUp3 ? at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)}) : x;
  return with_ones(neighbourhoods(map));
}

torch::Tensor pixels(const torch::Tensor& map) {
  return map.permute({0, 2, 3, 1}).flatten(0, 2);
}

torch::Tensor as_channels(const torch::Tensor& values) {
  return values.unsqueeze(2).unsqueeze(3);
}

class MapFit {
 public:
  MapFit(LiteGenerator& teacher, const ModelConfig& student, uint64_t seed, int64_t probes)
      : teacher_(teacher),
        small_(std::make_shared<LiteGenerator>(student, seed)),
        layers_(lite_layers(student)),
        theirs_(lite_layers(teacher.config())),
        responses_(channel_responses(teacher, seed, probes)) {}

  std::shared_ptr<LiteGenerator> run(uint64_t seed, int64_t pictures) {
    const at::NoGradGuard no_grad;
    seen_ = watched(teacher_, seed, pictures);
    map_ = seen_.input;
    for (size_t row = 0; row < layers_.size(); ++row) fit_row(row);
    if (small_->embed().defined()) small_->embed().copy_(teacher_.embed());
    small_->w_avg().copy_(style_.mean(0));
    return small_;
  }

 private:
  void fit_row(size_t row) {
    LiteUnitImpl& unit = *small_->units()[row];
    const LiteLayer& layer = layers_[row];
    if (layer.op == LiteOp::kMap) return fit_mapping(unit, row);
    if (layer.level == 0 && layer.op == LiteOp::kStart) set_style(map_);
    if (layer.op == LiteOp::kToRgb) return fit_to_rgb(unit);
    if (layer.op == LiteOp::kStart && !layer.dense()) return fit_plain_start(unit, row);
    const auto wanted = wanted_map(row);
    copy_noise(unit, row);
    auto sum = layer.dense() ? fit_dense_start(unit, wanted) : fit_convolution(unit, wanted);
    if (layer.demod) sum = sum * as_channels(demodulation(unit));
    fit_gains(unit, kFitGain * activated(sum), wanted.first);
  }

  void set_style(const torch::Tensor& w) {
    style_ = w;
    affine_ = with_ones(w * small_->units().back()->gain_scale).to(at::kDouble);
  }

  // The teacher's channels that a row has room for; what is left of the row stays random.
  torch::Tensor kept(size_t row, int64_t room) const {
    return strongest(responses_[row], std::min(room, theirs_[row].cout));
  }

  static void set_rows(LiteUnitImpl& unit, const torch::Tensor& found) {  // [inputs and 1, outputs]
    auto weight = unit.weight.slice(0, 0, found.size(1)), bias = unit.bias.slice(0, 0, found.size(1));
    weight.copy_(found.slice(0, 0, -1).t().reshape(weight.sizes()) / unit.weight_gain);
    bias.copy_(found.select(0, -1) / unit.bias_gain);
  }

  static void set_gains(LiteUnitImpl& unit, const torch::Tensor& rows) {  // [channels, style and 1]
    unit.gain_weight.slice(0, 0, rows.size(0)).copy_(rows.slice(1, 0, -1));
    unit.gain_bias.slice(0, 0, rows.size(0)).copy_(rows.select(1, -1));
  }

  void copy_noise(LiteUnitImpl& unit, size_t row) const {
    const auto& strength = teacher_.units()[counterpart(theirs_, layers_, row)]->noise_strength;
    if (!strength.defined() || !unit.noise_strength.defined()) return;
    unit.noise_strength.slice(0, 0, channels_.size(0)).copy_(strength.index_select(0, channels_.to(strength.device())));
  }

  void fit_mapping(LiteUnitImpl& unit, size_t row) {
    const size_t other = counterpart(theirs_, layers_, row);
    const auto wanted = seen_.values[other].index_select(1, kept(other, unit.layer.cout));
    LeastSquares sums;
    sums.add(with_ones(map_), before_activation(wanted / kFitGain));
    set_rows(unit, sums.solve());
    map_ = kFitGain * activated(at::linear(map_, unit.scaled_weight(), unit.scaled_bias()));
  }

  // The map a row should make, and its scales: channels of the teacher's, and a picture to hand on.
  std::pair<torch::Tensor, torch::Tensor> wanted_map(size_t row) {
    const size_t other = counterpart(theirs_, layers_, row);
    const auto carried = carried_picture(row);
    const int64_t own = layers_[row].cout - (carried.defined() ? carried.size(1) : 0);
    channels_ = kept(other, own);
    auto values = seen_.values[other].index_select(1, channels_),
         scales = seen_.scales[other].index_select(1, channels_);
    if (!carried.defined()) return {values, scales};
    const auto positive = carried - carried.amin({0, 2, 3}, true);  // passes the activation unchanged
    return {at::cat({values, kFitGain * positive}, 1),
            at::cat({scales, at::full({scales.size(0), carried.size(1)}, kFitGain)}, 1)};
  }

  // The teacher's picture of an earlier level, where it has one and the student none yet.
  torch::Tensor carried_picture(size_t row) const {
    const LiteLayer& layer = layers_[row];
    const int64_t first = small_->config().lite.rgb_first;
    const bool last = rows_of_level(layers_, layer.level).back() == row;
    const int64_t level = last && layer.level < first ? layer.level : layer.level - 1;
    if (level >= first || layer.cout <= 2 * seen_.picture.size(1)) return {};
    const auto found = teacher_picture(level);
    return found.defined() && level < layer.level ? doubled(found) : found;
  }

  size_t row_of_to_rgb(int64_t level) const {
    const auto draws = [&](const LiteLayer& l) { return l.op == LiteOp::kToRgb && l.level == level; };
    return std::find_if(theirs_.begin(), theirs_.end(), draws) - theirs_.begin();
  }

  torch::Tensor teacher_picture(int64_t level) const {
    const size_t row = row_of_to_rgb(level);
    return row < theirs_.size() ? seen_.values[row] : torch::Tensor();
  }

  torch::Tensor before_scales(const std::pair<torch::Tensor, torch::Tensor>& wanted) const {
    const auto& scales = wanted.second;
    const auto safe = at::where(scales.abs() < kLeastScale, at::full_like(scales, kLeastScale), scales);
    return before_activation(wanted.first / as_channels(safe));
  }

  torch::Tensor fit_convolution(LiteUnitImpl& unit, const std::pair<torch::Tensor, torch::Tensor>& wanted) {
    const auto target = before_scales(wanted);
    LeastSquares sums;
    for (int64_t n = 0; n < map_.size(0); n += kFitBatch)
      sums.add(patches(map_.slice(0, n, n + kFitBatch), unit.layer.op), pixels(target.slice(0, n, n + kFitBatch)));
    set_rows(unit, sums.solve());
    const auto map =
        unit.layer.op == LiteOp::kUp3 ? at::upsample_nearest2d(map_, {2 * map_.size(2), 2 * map_.size(3)}) : map_;
    return at::conv2d(map, unit.scaled_weight(), unit.bias, {1, 1}, {1, 1});
  }

  torch::Tensor demodulation(const LiteUnitImpl& unit) const {
    const auto energy = unit.scaled_weight().square().sum({2, 3});
    return at::rsqrt(at::matmul(gains_.square(), energy.t()) + kLiteDemodEps);
  }

  torch::Tensor fit_dense_start(LiteUnitImpl& unit, const std::pair<torch::Tensor, torch::Tensor>& wanted) {
    LeastSquares sums;
    sums.add(with_ones(style_), before_scales(wanted).permute({0, 2, 3, 1}).flatten(1));
    const auto found = sums.solve();
    const std::vector<int64_t> rows = {kLiteStart * kLiteStart, unit.layer.cout, style_.size(1)};
    const auto cells = found.view({found.size(0), rows[0], -1});
    unit.weight.view(rows)
        .slice(1, 0, cells.size(2))
        .copy_(cells.slice(0, 0, -1).permute({1, 2, 0}) / unit.weight_gain);
    unit.constant.flatten(0, 1).slice(1, 0, cells.size(2)).copy_(cells.select(0, -1));
    const auto sum = at::linear(style_, unit.scaled_weight(), unit.constant.flatten());
    return sum.view({-1, kLiteStart, kLiteStart, unit.layer.cout}).permute({0, 3, 1, 2});
  }

  // Gains with which `map` comes nearest to `wanted`.
  void fit_gains(LiteUnitImpl& unit, const torch::Tensor& map, const torch::Tensor& wanted) {
    const auto own = map.slice(1, 0, wanted.size(1));
    const auto energy = own.square().sum({2, 3}).to(at::kDouble), cross = (own * wanted).sum({2, 3}).to(at::kDouble);
    const auto square = at::einsum("no,ni,nj->oij", {energy, affine_, affine_});
    set_gains(unit, solved(square, at::einsum("no,ni->oi", {cross, affine_}).unsqueeze(2)).squeeze(2));
    map_ = map * as_channels(gains_ = unit.gains(style_));
  }

  // The singular vectors of what an affine function of the style can draw of the teacher's start: first over positions,
  // then, for each pattern, over style and channels. All products of them are orthogonal.
  void fit_plain_start(LiteUnitImpl& unit, size_t row) {
    const size_t other = counterpart(theirs_, layers_, row);
    const auto aim = seen_.values[other].flatten(2).transpose(1, 2).to(at::kDouble);  // [N,16,C]
    const auto square = with_ridge(at::matmul(affine_.t(), affine_) / static_cast<double>(affine_.size(0)));
    const auto root = at::linalg_cholesky(square).t();
    const auto linear =
        at::linalg_solve(square, at::matmul(affine_.t(), aim.flatten(1)) / static_cast<double>(aim.size(0)));
    const auto white = at::matmul(root, linear).view({-1, aim.size(1), aim.size(2)}).transpose(0, 1);  // [16,K,C]
    const auto patterns = std::get<0>(at::linalg_svd(white.flatten(1), false));
    const auto parts = at::linalg_svd(at::einsum("pk,pic->kic", {patterns, white}), false);
    take_products(unit, patterns, std::get<0>(parts), std::get<1>(parts), root);
  }

  void take_products(LiteUnitImpl& unit, const torch::Tensor& patterns, const torch::Tensor& vectors,
                     const torch::Tensor& strengths, const torch::Tensor& root) {
    const auto best = strongest(strengths.flatten(), unit.layer.cout);
    const auto pattern = at::floor_divide(best, strengths.size(1)), place = at::remainder(best, strengths.size(1));
    auto maps = patterns.index_select(1, pattern) * kLiteStart;  // [16,cout], mean square 1
    const auto sign = at::where(maps.sum(0) < 0, -1.0, 1.0);
    unit.constant.flatten(0, 1).slice(1, 0, best.size(0)).copy_(before_activation(maps * sign));
    const auto white = vectors.index({pattern, at::indexing::Slice(), place}) * sign.unsqueeze(1);  // [cout,K]
    set_gains(unit, at::linalg_solve(root, white.t()).t());
    channels_ = at::empty({0}, at::kLong);
    gains_ = unit.gains(style_);
    map_ = kFitGain * activated(unit.constant.permute({2, 0, 1})).unsqueeze(0) * as_channels(gains_);
  }

  void fit_to_rgb(LiteUnitImpl& unit) {
    fit_reading_gains(unit);
    const auto read = map_ * as_channels(unit.gains(style_));
    const bool whole = unit.layer.side() == small_->config().resolution;
    auto wanted = whole ? torch::Tensor() : teacher_picture(unit.layer.level);
    if (!wanted.defined()) wanted = at::adaptive_avg_pool2d(seen_.picture, {unit.layer.side(), unit.layer.side()});
    if (picture_.defined()) wanted = wanted - (picture_ = doubled(picture_));
    LeastSquares sums;
    for (int64_t n = 0; n < read.size(0); n += kFitBatch)
      sums.add(with_ones(pixels(read.slice(0, n, n + kFitBatch))), pixels(wanted.slice(0, n, n + kFitBatch)));
    set_rows(unit, sums.solve());
    const auto drawn = at::conv2d(read, as_channels(unit.scaled_weight()), unit.bias);
    picture_ = picture_.defined() ? picture_ + drawn : drawn;
  }

  // The teacher's for the channels that are its own; 1 for a picture that is handed on.
  void fit_reading_gains(LiteUnitImpl& unit) const {
    const size_t other = row_of_to_rgb(unit.layer.level);
    unit.gain_weight.zero_();
    if (other == theirs_.size() || channels_.size(0) == 0) return;
    const size_t maps = rows_of_level(theirs_, kMappingLevel).size();
    const auto gains = teacher_.units()[other]->gains(maps > 0 ? seen_.values[maps - 1] : seen_.input);
    LeastSquares sums;
    sums.add(affine_, gains.index_select(1, channels_).to(at::kDouble));
    set_gains(unit, sums.solve().t());
  }

  LiteGenerator& teacher_;
  std::shared_ptr<LiteGenerator> small_;
  std::vector<LiteLayer> layers_, theirs_;
  std::vector<torch::Tensor> responses_;
  Watched seen_;
  torch::Tensor map_, gains_, picture_;  // what the student makes so far
  torch::Tensor channels_;               // of the teacher's, which the map stands for
  torch::Tensor style_, affine_;         // of the student; as its gains read it, with a column of ones
};

}  // namespace

std::string fit_obstacle(const ModelConfig& teacher, const ModelConfig& student) {
  if (teacher.family != "lite" || teacher.lite.int8) return "the teacher is no lite generator in floats";
  if (teacher.resolution < student.resolution) return "the student draws larger pictures";
  if (teacher.lite.z_dim != student.lite.z_dim ||
      (teacher.classes > 0 && teacher.lite.embed_dim != student.lite.embed_dim))
    return "latent or embedding have another size";
  const bool maps = teacher.lite.mapping_layers > 0 || student.lite.mapping_layers == 0;
  return maps ? "" : "the teacher has no mapping";
}

std::shared_ptr<LiteGenerator> fitted(LiteGenerator& teacher, const ModelConfig& student, uint64_t seed, int64_t probes,
                                      int64_t pictures) {
  return MapFit(teacher, student, seed, probes).run(seed, pictures);
}

}  // namespace centigan
