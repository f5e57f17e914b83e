// The smallest golden model: its bytes, arena sizes, channel table and pictures.
#include <gtest/gtest.h>

#include <cstring>

#include "draw.h"
#include "model_spec.h"
#include "naive.h"
#include "sha256.h"

extern "C" {
#include "kernels.h"
}

namespace cgrt_test {
namespace {

std::string hex(const uint8_t* bytes, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) {
    char text[3];
    std::snprintf(text, sizeof text, "%02x", bytes[i]);
    out += text;
  }
  return out;
}

class ModelS : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(loaded.open(), CGRT_OK); }
  std::vector<uint8_t> file = build(model_s());
  Loaded loaded{file};
};

TEST_F(ModelS, G14Bytes) {
  ASSERT_EQ(file.size(), 1576u);
  EXPECT_EQ(crc32(file.data(), file.size()), 0xa43899e2u);
  EXPECT_EQ(sha256(file), "07c7b7333ad475700dce54bd7ab0ae5c53a9631bcf53ad194518e74ead62eebb");
  EXPECT_EQ(get32(&file[group_offset(0) + 4]), 0xccd9fc83u);
  EXPECT_EQ(hex(&file[0], 112),
            "43474d1a01000000b0010000bc1ab7a92806000000000000020202030100010004000000000008000500010001000000070000000000000000"
            "000000b0010000737065632d746f792d530000000000000000000000000000f0000000000000002806000083fcd9ccf000000000000000");
  EXPECT_EQ(hex(&file[layer_offset(file, 2)], 64),
            "030008090600050000000000cd0c0000c0020000d8030000000400002804000000000000000000000000000050040000000000006004000000"
            "00000000000000");
}

TEST_F(ModelS, G14Info) {
  cgrt_info info;
  ASSERT_EQ(cgrt_get_info(&loaded.model, &info), CGRT_OK);
  EXPECT_EQ(info.width, 4u);
  EXPECT_EQ(info.height, 4u);
  EXPECT_EQ(info.channels, 3u);
  EXPECT_EQ(info.latent_size, 4u);
  EXPECT_EQ(info.style_size, 8u);
  EXPECT_EQ(info.classes, 0u);
  EXPECT_EQ(info.levels, 2u);
  EXPECT_EQ(info.qualities, 1u);
  EXPECT_EQ(info.qualities_present, 1u);
  EXPECT_EQ(info.file_bytes, 1576u);
  EXPECT_EQ(info.arena_bytes, 240u);
  EXPECT_STREQ(info.name, "spec-toy-S");
  EXPECT_EQ(cgrt_macs(&loaded.model, CGRT_BEST), 2704u);
}

// Lays out an arena and makes the tables of one layer, as cgrt_generate does.
class Opened {
 public:
  Opened(const cgrt_model& model, uint64_t seed) : memory_(100) {
    run.file = model.base;
    run.layers = cgrt_layer(model.base, 0);
    run.options = &options_;
    run.arena = reinterpret_cast<uint8_t*>(memory_.data());
    run.seed = seed;
#if CGRT_X86
    run.kernels = cgrt_kernel_set(0, cgrt_cpu_features());
#endif
    EXPECT_EQ(cgrt_place(&run, &model, 8 * memory_.size()), CGRT_OK);
  }
  cgrt_run run{};

 private:
  cgrt_options options_ = default_options();
  std::vector<uint64_t> memory_;
};

TEST_F(ModelS, G15LatentAndStyle) {
  int16_t latent[4];
  ASSERT_EQ(cgrt_latent(&loaded.model, 1, latent, 4), CGRT_OK);
  const int z[4] = {43, -19, 26, 23}, w[8] = {31, 44, 31, -8, 28, 24, -14, -3};
  for (int i = 0; i < 4; ++i) EXPECT_EQ((latent[i] + 64) >> 7, z[i]);
  Opened opened(loaded.model, 1);
  cgrt_make_style(&opened.run);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(opened.run.w[i], w[i]);
}

TEST_F(ModelS, G15ChannelTable) {
  Opened opened(loaded.model, 1);
  cgrt_make_style(&opened.run);
  cgrt_make_table(&opened.run, 2);
  const cgrt_channel* table = static_cast<const cgrt_channel*>(cgrt_table(&opened.run, 2));
  const int32_t bias[5] = {-7207, -7782, -6772, -6690, 5123}, up[5] = {4729000, 5039650, 3603648, 3230850, 4173810},
                down[5] = {945858, 1007992, 720774, 646209, 834813};
  for (int o = 0; o < 5; ++o) {
    EXPECT_EQ(table[o].bias, bias[o]);
    EXPECT_EQ(table[o].up, up[o]);
    EXPECT_EQ(table[o].down, down[o]);
  }
}

TEST_F(ModelS, G15Rows) {
  const std::vector<uint8_t> bytes = draw(loaded.model, 1).bytes;
  EXPECT_EQ(hex(bytes.data(), bytes.size()),
            "817d7f817d7e807f80817c7e7f777d7c7d877c717b818181817f818081808485808081827c75817f797d7d787f80787d");
}

void expect_picture(const cgrt_model& model, uint64_t seed, const cgrt_options& o, size_t size, const char* hash) {
  const Drawn drawn = draw(model, seed, 0, &o);
  EXPECT_EQ(drawn.status, CGRT_OK);
  EXPECT_EQ(drawn.bytes.size(), size);
  EXPECT_EQ(sha256(drawn.bytes), hash);
}

TEST_F(ModelS, G16Seeds) {
  const cgrt_options o = default_options();
  expect_picture(loaded.model, 0, o, 48, "40b6a878e1c82cd82b6715cccf73cfd6046cc329687c49b5acf820b495a7eb77");
  expect_picture(loaded.model, 1, o, 48, "de35917cf0da10a33fdaf696100e22fd57a887e4101ca986abe39dae3ad9c59c");
  expect_picture(loaded.model, (uint64_t{1} << 40) + 5, o, 48, "a1a170d9948713126af717296a8085a30c57c53d4f6e66f4e3d846eaec4b69fe");
}

TEST_F(ModelS, G16Options) {
  cgrt_options o = default_options();
  o.truncation = 128;
  expect_picture(loaded.model, 1, o, 48, "7ad8ba93df7d51ae92c8d52013e5fd3a0da9643c6b1e30b0046ade504a01c42c");
  o = default_options();
  o.noise = CGRT_NOISE_OFF;
  expect_picture(loaded.model, 1, o, 48, "86841970e7a4c10c10c1676531f15aab206fa6724292fb8905617c8c9d9d5817");
  o.noise = CGRT_NOISE_FIXED;
  expect_picture(loaded.model, 1, o, 48, "22df8a051909a00a3b07601fd95cb852ec840b6be8dd3e2fa06aff5de7ce907f");
  o = default_options();
  o.format = CGRT_RGB565;
  expect_picture(loaded.model, 1, o, 32, "4bf6ef006e98c8bca732319c6f202d1f07eca8bac656cc4bb93bc53e438414c0");
  o.format = CGRT_GREY8;
  expect_picture(loaded.model, 1, o, 16, "912dd29c9423802fd34e6fa7dce2aa07b2a141fde556a4bcacbc487853f78ad3");
}

// Model C: the same rule of filling with classes. The second implementation drew these pictures, too.
TEST(ModelC, G18Labels) {
  const std::vector<uint8_t> file = build(model_c());
  EXPECT_EQ(file.size(), 1656u);
  EXPECT_EQ(sha256(file), "ab58dc0aafffe300597ab7143ced6deaf5ff8feec8f352343bd9d4a0f593f417");
  Loaded loaded(file);
  ASSERT_EQ(loaded.open(), CGRT_OK);
  const struct { uint32_t label; uint16_t truncation; const char* hash; } cases[] = {
      {0, 256, "f844d57a4a23f0951a1540be7f925e721c0c86aa39ee8bc002ada94a824e5d55"},
      {1, 256, "a2270279e36a321145a30e8b39ffc827c55a81d3525b6498520c241de13f791c"},
      {2, 256, "584fd249269a143be54617027a71672a183cbf7436a7f6781703239a21f4dc08"},
      {0, 0, "5f2368227feac87eaaf75e974ac95a09cb394f2bb3b6bd50a4b386dae2206114"},
      {2, 100, "8fc2cb19f2942d26b9630269d322a84bb10dfa1044aac48236060225ebe2abbf"},
      {CGRT_LABEL_RANDOM, 256, "584fd249269a143be54617027a71672a183cbf7436a7f6781703239a21f4dc08"}};
  for (const auto& c : cases) {
    cgrt_options o = default_options();
    o.truncation = c.truncation;
    naive::Options n;
    n.truncation = c.truncation;
    const Drawn drawn = draw(loaded.model, 1, c.label, &o);
    EXPECT_EQ(drawn.bytes, naive::draw(file.data(), 1, c.label, n));
    EXPECT_EQ(sha256(drawn.bytes), c.hash) << c.label << ", " << c.truncation;
  }
}

TEST_F(ModelS, G17Arena) {
  const size_t expected[2][2] = {{240, 320}, {280, 352}};
  cgrt_options o = default_options();
  for (uint8_t h = 0; h < 2; ++h) {
    for (uint8_t wide = 0; wide < 2; ++wide) {
      o.handover = h;
      o.wide_rows = wide;
      EXPECT_EQ(cgrt_arena_bytes(&loaded.model, &o), expected[h][wide]);
    }
  }
}

}  // namespace
}  // namespace cgrt_test
