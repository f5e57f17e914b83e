#include <ATen/ATen.h>

#include <algorithm>

#include "centigan/compress/export.h"
#include "centigan/compress/plan.h"
#include "centigan/core/hash.h"
#include "cgm_writer.h"

namespace centigan {
namespace {

constexpr size_t kHeader = 96, kGroup = 16, kRecord = 64;
constexpr size_t kMinor = 6, kOffEmbed = 56, kOffCentre = 60;  // header fields
enum LayerFlag : int { kGain = 1, kDemod = 4, kNoise = 8, kDense = 16 };

class CgmFile {
 public:
  explicit CgmFile(const QuantizedLite& model)
      : model_(model),
        groups_(static_cast<size_t>(model.levels - model.rgb_first)),
        head_(kHeader + kGroup * groups_ + kRecord * model.layers.size()),
        handover_(best_handover(model)),
        out_(head_) {}

  std::vector<uint8_t> bytes() {
    add_whole(kOffEmbed, model_.embed);
    add_whole(kOffCentre, model_.centre);
    out_.align(8);
    for (size_t k = 0; k < model_.layers.size(); ++k) add_layer(k);
    add_class_names();
    write_header();
    return out_.take();
  }

 private:
  size_t record(size_t k) const { return kHeader + kGroup * groups_ + kRecord * k; }
  static int flags(const LiteLayer& layer) {
    return (layer.gain ? kGain : 0) | (layer.demod ? kDemod : 0) | (layer.noise ? kNoise : 0) |
           (layer.dense() ? kDense : 0);
  }

  void add_layer(size_t k) {
    const QuantizedLayer& q = model_.layers[k];
    write_fields(record(k), q);
    add_filters(record(k) + 16, q.weight, q.weight_bits);
    add_pairs(record(k) + 20, q.bias, q.mult);
    add_filters(record(k) + 24, q.gain_weight, 8);
    add_pairs(record(k) + 28, q.gain_bias, q.gain_mult);
    add_filters(record(k) + 40, q.energy, 8);
    add_whole(record(k) + 44, q.noise);
    add_whole(record(k) + 48, q.constant);
    out_.align(8);
    out_.put<uint32_t>(record(k) + 52, out_.size());
    const bool last_of_level = k + 1 == model_.layers.size() || model_.layers[k + 1].layer.level > q.layer.level;
    if (last_of_level && q.layer.level >= model_.rgb_first) end_group(q.layer.level);
  }

  void write_fields(size_t at, const QuantizedLayer& q) {
    const int small[] = {static_cast<int>(q.layer.op), static_cast<int>(q.layer.level), static_cast<int>(q.weight_bits),
                         flags(q.layer)};
    for (size_t i = 0; i < 4; ++i) out_.put(at + i, static_cast<uint8_t>(small[i]));
    out_.put(at + 4, static_cast<uint16_t>(q.layer.cin));
    out_.put(at + 6, static_cast<uint16_t>(q.layer.cout));
    out_.put(at + 8, static_cast<uint8_t>(q.shift));
    out_.put(at + 9, static_cast<uint8_t>(q.gain_shift));
    out_.put(at + 12, static_cast<int16_t>(q.slope));
    out_.put(at + 14, static_cast<uint8_t>(q.const_shift));
  }

  void begin_blob(size_t offset_field) {
    out_.align(8);
    out_.put<uint32_t>(offset_field, out_.size());
  }

  // Rows of `bits` wide elements, each row padded to 4 bytes. Also serves bytes without a sign.
  void add_filters(size_t offset_field, const at::Tensor& rows, int64_t bits) {
    if (!rows.defined()) return;
    begin_blob(offset_field);
    const auto* element = static_cast<const int8_t*>(rows.data_ptr());
    const int64_t width = rows.size(1), padded = ((width * bits + 7) / 8 + 3) / 4 * 4;
    std::vector<uint8_t> row;
    for (int64_t r = 0; r < rows.size(0); ++r, element += width) {
      row.assign(static_cast<size_t>(padded), 0);
      for (int64_t bit = 0; bit < width * bits; ++bit)
        if ((element[bit / bits] >> (bit % bits)) & 1)
          row[static_cast<size_t>(bit / 8)] |= static_cast<uint8_t>(1 << (bit % 8));
      out_.append(row.data(), row.size());
    }
  }

  void add_pairs(size_t offset_field, const at::Tensor& bias, const at::Tensor& mult) {
    if (!bias.defined()) return;
    begin_blob(offset_field);
    for (int64_t i = 0; i < bias.numel(); ++i) {
      out_.append_value(bias.data_ptr<int32_t>()[i]);
      out_.append_value(mult.data_ptr<int32_t>()[i]);
    }
  }

  void add_whole(size_t offset_field, const at::Tensor& values) {
    if (!values.defined()) return;
    begin_blob(offset_field);
    out_.append(values.data_ptr(), values.nbytes());
  }

  void end_group(int64_t level) {
    const size_t at = kHeader + kGroup * static_cast<size_t>(level - model_.rgb_first);
    out_.put<uint32_t>(at, out_.size());
    out_.put<uint32_t>(at + 4, crc32(out_.data() + group_start_, out_.size() - group_start_));
    out_.put(at + 8, static_cast<uint32_t>(arena_bytes(model_, level, handover_, 1)));
    group_start_ = out_.size();
  }

  // The CLAS chunk, which readers of version 1.0 pass over.
  void add_class_names() {
    if (model_.class_names.empty()) return;
    std::string names;
    for (const std::string& name : model_.class_names) names.append(name.c_str(), name.size() + 1);
    out_.append("CLAS", 4);
    out_.append_value(static_cast<uint32_t>(names.size()));
    out_.append_value(crc32(names.data(), names.size()));
    out_.append_value(uint32_t{0});
    out_.append(names.data(), names.size());
    out_.align(8);
    out_.put<uint16_t>(kMinor, 1);
  }

  void write_header() {
    const uint8_t magic[] = {0x43, 0x47, 0x4d, 0x1a};
    for (size_t i = 0; i < 4; ++i) out_.put(i, magic[i]);
    out_.put<uint16_t>(4, 1);
    out_.put(8, static_cast<uint32_t>(head_));
    out_.put<uint32_t>(16, out_.size());
    const int64_t small[] = {kLiteStart,       kLiteStart, model_.levels,     model_.channels,
                             model_.rgb_first, 1,          model_.map_layers, handover_};
    for (size_t i = 0; i < 8; ++i) out_.put(24 + i, static_cast<uint8_t>(small[i]));
    out_.put(32, static_cast<uint16_t>(model_.latent));
    out_.put(34, static_cast<uint16_t>(model_.input_size() - model_.latent));
    out_.put(36, static_cast<uint16_t>(model_.classes()));
    out_.put(38, static_cast<uint16_t>(model_.style));
    out_.put(40, static_cast<uint16_t>(model_.layers.size()));
    out_.put(42, static_cast<uint16_t>(groups_));
    out_.put(44, static_cast<uint16_t>(model_.centre.size(0)));
    out_.put<uint64_t>(48, model_.noise_seed);
    for (size_t i = 0; i < std::min<size_t>(model_.name.size(), 24); ++i) out_.put(64 + i, model_.name[i]);
    out_.put(88, static_cast<uint32_t>(arena_bytes(model_, model_.levels - 1, handover_, 1)));
    out_.put<uint32_t>(12, crc32(out_.data(), head_));
  }

  const QuantizedLite& model_;
  size_t groups_, head_;
  int64_t handover_;
  CgmWriter out_;
  size_t group_start_ = head_;
};

}  // namespace

std::vector<uint8_t> cgm_bytes(const QuantizedLite& model) {
  return CgmFile(model).bytes();
}

}  // namespace centigan
