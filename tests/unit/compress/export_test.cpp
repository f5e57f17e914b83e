#include "centigan/compress/export.h"

#include <gtest/gtest.h>

#include "test_support.h"

#include <filesystem>

#include "centigan/compress/c_source.h"
#include "centigan/compress/plan.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "quantised_support.h"
#include "runtime_picture.h"

namespace centigan {
namespace {

using compress_test::quantised;
using lite_test::tiny_config;

std::string temporary_folder() {
  const std::string path = test::process_folder() + "/centigan_export";
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

// Every grammar of the family: sizes, phases, 4 and 6 bits, noise, one channel, no mapping, no extra convolutions.
std::vector<ModelConfig> export_cases() {
  std::vector<ModelConfig> cases = {tiny_config(16), tiny_config(32), tiny_config(64), tiny_config(16, true)};
  auto grey = tiny_config(32);
  grey.channels = 1, grey.lite.rgb_first = 0, grey.lite.quant.phase_from = 1;
  auto bare = tiny_config(16);
  bare.lite.mapping_layers = 0, bare.lite.first_convs = 0, bare.lite.level_convs = {0}, bare.lite.demodulate = false;
  auto narrow = tiny_config(32);
  narrow.lite.quant.head_bits = 4, narrow.lite.widths = {13, 10, 7, 5};
  auto six = tiny_config(32, true);
  six.lite.quant.head_bits = 6, six.lite.first_convs = 2, six.lite.level_convs = {3}, six.lite.quant.phase_from = 9;
  auto classes = lite_test::with_classes(tiny_config(16));
  auto bare_classes = lite_test::with_classes(bare);
  bare_classes.lite.w_dim = 17;
  for (const auto& more : {grey, bare, narrow, six, classes, bare_classes}) cases.push_back(more);
  return cases;
}

TEST(Export, RuntimeDrawsTheIntegerPass) {
  for (const ModelConfig& config : export_cases()) {
    const auto model = quantised(config);
    EXPECT_NO_THROW(check_parity(cgm_bytes(model), model, 16)) << config.resolution;
  }
}

TEST(Export, ParityFindsOneChangedEmbedding) {
  const auto model = quantised(lite_test::with_classes(tiny_config(16)));
  auto other = quantised(lite_test::with_classes(tiny_config(16)));
  other.embed[2][0] = -other.embed[2][0];
  EXPECT_THROW(check_parity(cgm_bytes(other), model), Error);
}

TEST(Export, NamesOfClassesTravel) {
  auto model = quantised(lite_test::with_classes(tiny_config(16)));
  const auto nameless = cgm_bytes(model);
  model.class_names = {"cat", "Großer Hund", "cat"};
  const auto bytes = cgm_bytes(model);
  EXPECT_EQ(RuntimeModel(bytes).class_names(), model.class_names);
  EXPECT_TRUE(RuntimeModel(nameless).class_names().empty());
  EXPECT_EQ(RuntimeModel(bytes).picture(5, 1), RuntimeModel(nameless).picture(5, 1));
  EXPECT_EQ(nameless[6], 0);  // as readers of 1.0 know it
  EXPECT_EQ(bytes[6], 1);
  const std::string header = c_source(bytes, "pets").header, manifest = cgm_manifest(bytes, model);
  for (const char* line : {"#define PETS_CLASSES 3\n", "#define PETS_LABEL_CAT 0u\n",
                           "#define PETS_LABEL_GRO__ER_HUND 1u\n", "#define PETS_LABEL_CAT_2 2u\n"})
    EXPECT_NE(header.find(line), std::string::npos) << line;
  EXPECT_NE(manifest.find("classes = 3\nclass0 = cat\n"), std::string::npos);
  EXPECT_EQ(c_source(nameless, "pets").header.find("PETS_LABEL"), std::string::npos);
  auto damaged = bytes;
  damaged[bytes.size() - 12] ^= 1;
  EXPECT_THROW(RuntimeModel(damaged).class_names(), Error);
}

TEST(Export, ParityFindsOneChangedWeight) {
  const auto model = quantised(tiny_config(16));
  auto other = quantised(tiny_config(16));
  other.layers.back().bias[0].add_(4096);
  try {
    check_parity(cgm_bytes(other), model);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("the pictures of seed 0 differ"), std::string::npos) << error.what();
  }
}

TEST(Export, AlteredBytesAreRefused) {
  const auto bytes = cgm_bytes(quantised(tiny_config(16)));
  for (const size_t at : {size_t{0}, size_t{24}, size_t{90}, size_t{200}, bytes.size() / 2, bytes.size() - 9}) {
    auto altered = bytes;
    altered[at] ^= 0x10;
    EXPECT_THROW(RuntimeModel{altered}, Error) << at;
  }
  auto cut = bytes;
  cut.resize(bytes.size() / 3);
  EXPECT_THROW(RuntimeModel{cut}, Error);
}

TEST(Export, StoppedPicturesAreErrors) {
  const RuntimeModel runtime(cgm_bytes(quantised(tiny_config(16))));
  cgrt_options options = CGRT_OPTIONS_DEFAULT;
  options.poll = [](void*) { return 1; };
  EXPECT_THROW(runtime.picture(1, options, 0), Error);
}

TEST(Export, WritesFileAndManifest) {
  const std::string folder = temporary_folder();
  const auto files = export_cgm(quantised(tiny_config(16), "faces"), folder + "/my-faces.cgm");
  const auto bytes = read_file(files.cgm, "test");
  EXPECT_EQ(static_cast<int64_t>(bytes.size()), files.bytes);
  const std::string manifest = read_text(files.manifest, "test");
  for (const char* key : {"name = faces\n", "sha256 = ", "quality0.macs = ", "quality1.arena.handover2.rows16 = ",
                          "picture_sha256.seed7 = "})
    EXPECT_NE(manifest.find(key), std::string::npos) << key;
}

TEST(Export, CSourceHoldsRuntimeAndModel) {
  const auto model = quantised(tiny_config(16), "faces");
  const auto bytes = cgm_bytes(model);
  const CSource c = c_source(bytes, "my-faces");
  const std::string arena = std::to_string(arena_bytes(model, model.levels - 1, best_handover(model), 1));
  for (const std::string& part : {"#define MY_FACES_ARENA_BYTES " + arena + "\n", std::string(runtime_header()),
                                  std::string("extern const uint8_t my_faces_cgm[MY_FACES_BYTES];")})
    EXPECT_NE(c.header.find(part), std::string::npos) << part;
  EXPECT_NE(c.source.find("#include \"my-faces.h\""), std::string::npos);
  EXPECT_NE(c.source.find("const uint8_t my_faces_cgm[MY_FACES_BYTES] = {\n67,71,77,26,"), std::string::npos);
  EXPECT_NE(c.example.find("CGRT_RGB888"), std::string::npos);
  for (const std::string* text : {&c.header, &c.source, &c.example}) EXPECT_EQ(text->find('@'), std::string::npos);
}

TEST(Export, CSourceOfGreyPicturesAndOddNames) {
  auto config = tiny_config(16);
  config.channels = 1;
  const auto bytes = cgm_bytes(quantised(config));
  EXPECT_NE(c_source(bytes, "grey").example.find("CGRT_GREY8"), std::string::npos);
  EXPECT_NE(c_source(bytes, "2nd try").header.find("extern const uint8_t model_2nd_try_cgm["), std::string::npos);
  for (const char* stem : {"a\"b", "a\\b", "a\nb", "a*b"}) EXPECT_THROW(c_source(bytes, stem), Error) << stem;
}

// The runtime's own includes are all there, each once.
TEST(Export, AmalgamationStandsAlone) {
  const std::string all = runtime_source();
  EXPECT_EQ(all.find("#include \""), std::string::npos);
  for (const char* part :
       {"\nint cgrt_generate(", "\nint cgrt_open(", "#define CGRT_RUN_H\n", "#define CGRT_ARITH_H\n"}) {
    const size_t at = all.find(part);
    EXPECT_NE(at, std::string::npos) << part;
    EXPECT_EQ(all.find(part, at + 1), std::string::npos) << part;
  }
}

TEST(Export, SameModelSameBytes) {
  EXPECT_EQ(cgm_bytes(quantised(tiny_config(16))), cgm_bytes(quantised(tiny_config(16))));
}

TEST(Export, WantsTheEndingOfItsFormat) {
  EXPECT_THROW(export_run("nowhere", "faces.bin"), Error);
}

}  // namespace
}  // namespace centigan
