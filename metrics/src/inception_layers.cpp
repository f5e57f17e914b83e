#include "inception_layers.h"

namespace centigan {
namespace {

class LayerList {
 public:
  // Padded so that stride 1 keeps the size.
  void same(const std::string& name, int64_t in, int64_t out, int64_t kh, int64_t kw) {
    convs_.push_back({name, in, out, kh, kw, 1, kh / 2, kw / 2});
  }
  void valid(const std::string& name, int64_t in, int64_t out, int64_t stride) {
    convs_.push_back({name, in, out, 3, 3, stride, 0, 0});
  }
  std::vector<InceptionConv> take() { return std::move(convs_); }

 private:
  std::vector<InceptionConv> convs_;
};

void add_stem(LayerList& l) {
  l.valid("conv", 3, 32, 2);
  l.valid("conv_1", 32, 32, 1);
  l.same("conv_2", 32, 64, 3, 3);
  l.same("conv_3", 64, 80, 1, 1);
  l.valid("conv_4", 80, 192, 1);
}

void add_block_a(LayerList& l, const std::string& n, int64_t in, int64_t pooled) {
  l.same(n + ".conv", in, 64, 1, 1);
  l.same(n + ".tower.conv", in, 48, 1, 1);
  l.same(n + ".tower.conv_1", 48, 64, 5, 5);
  l.same(n + ".tower_1.conv", in, 64, 1, 1);
  l.same(n + ".tower_1.conv_1", 64, 96, 3, 3);
  l.same(n + ".tower_1.conv_2", 96, 96, 3, 3);
  l.same(n + ".tower_2.conv", in, pooled, 1, 1);
}

void add_block_b(LayerList& l, const std::string& n) {
  l.valid(n + ".conv", 288, 384, 2);
  l.same(n + ".tower.conv", 288, 64, 1, 1);
  l.same(n + ".tower.conv_1", 64, 96, 3, 3);
  l.valid(n + ".tower.conv_2", 96, 96, 2);
}

void add_block_c(LayerList& l, const std::string& n, int64_t c) {
  l.same(n + ".conv", 768, 192, 1, 1);
  l.same(n + ".tower.conv", 768, c, 1, 1);
  l.same(n + ".tower.conv_1", c, c, 1, 7);
  l.same(n + ".tower.conv_2", c, 192, 7, 1);
  l.same(n + ".tower_1.conv", 768, c, 1, 1);
  l.same(n + ".tower_1.conv_1", c, c, 7, 1);
  l.same(n + ".tower_1.conv_2", c, c, 1, 7);
  l.same(n + ".tower_1.conv_3", c, c, 7, 1);
  l.same(n + ".tower_1.conv_4", c, 192, 1, 7);
  l.same(n + ".tower_2.conv", 768, 192, 1, 1);
}

void add_block_d(LayerList& l, const std::string& n) {
  l.same(n + ".tower.conv", 768, 192, 1, 1);
  l.valid(n + ".tower.conv_1", 192, 320, 2);
  l.same(n + ".tower_1.conv", 768, 192, 1, 1);
  l.same(n + ".tower_1.conv_1", 192, 192, 1, 7);
  l.same(n + ".tower_1.conv_2", 192, 192, 7, 1);
  l.valid(n + ".tower_1.conv_3", 192, 192, 2);
}

void add_block_e(LayerList& l, const std::string& n, int64_t in) {
  l.same(n + ".conv", in, 320, 1, 1);
  l.same(n + ".tower_conv", in, 384, 1, 1);
  l.same(n + ".tower_mixed_conv", 384, 384, 1, 3);
  l.same(n + ".tower_mixed_conv_1", 384, 384, 3, 1);
  l.same(n + ".tower_1_conv", in, 448, 1, 1);
  l.same(n + ".tower_1_conv_1", 448, 384, 3, 3);
  l.same(n + ".tower_1_mixed_conv", 384, 384, 1, 3);
  l.same(n + ".tower_1_mixed_conv_1", 384, 384, 3, 1);
  l.same(n + ".tower_2_conv", in, 192, 1, 1);
}

}  // namespace

std::vector<InceptionConv> inception_convs() {
  LayerList l;
  add_stem(l);
  add_block_a(l, "mixed", 192, 32);
  add_block_a(l, "mixed_1", 256, 64);
  add_block_a(l, "mixed_2", 288, 64);
  add_block_b(l, "mixed_3");
  add_block_c(l, "mixed_4", 128);
  add_block_c(l, "mixed_5", 160);
  add_block_c(l, "mixed_6", 160);
  add_block_c(l, "mixed_7", 192);
  add_block_d(l, "mixed_8");
  add_block_e(l, "mixed_9", 1280);
  add_block_e(l, "mixed_10", 2048);
  return l.take();
}

}  // namespace centigan
