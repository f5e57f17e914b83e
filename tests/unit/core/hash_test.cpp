#include "centigan/core/hash.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "centigan/core/base64.h"
#include "sha256_block.h"

namespace centigan {
namespace {

// Examples of FIPS 180-4 and its predecessors.
TEST(Sha256, EqualsThePublishedExamples) {
  EXPECT_EQ(Sha256().hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256().add("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256().add("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").hex(),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Sha256().add(std::string(1000000, 'a')).hex(),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesGiveTheSameAsTheWhole) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    Sha256 pieces;
    for (size_t at = 0; at < text.size(); at += 7) pieces.add(std::string_view(text).substr(at, 7));
    ASSERT_EQ(pieces.hex(), Sha256().add(text).hex()) << i;
    text += static_cast<char>(i * 37);
  }
}

TEST(Sha256, InstructionsAndPlainCodeAgree) {
  if (!have_sha256_instructions()) GTEST_SKIP() << "this processor has none";
  std::array<uint8_t, 64> bytes{};
  std::array<uint32_t, 8> fast{}, plain{};
  for (int i = 0; i < 100; ++i) {
    const auto digest = Sha256().add(bytes.data(), bytes.size()).digest();
    std::copy(digest.begin(), digest.end(), bytes.begin() + i % 33);
    sha256_block_portable(plain.data(), bytes.data());
    sha256_block_x86(fast.data(), bytes.data(), sha256_round_constants());
    ASSERT_EQ(plain, fast) << i;
  }
}

TEST(Crc32, EqualsTheCheckValueAndContinues) {
  EXPECT_EQ(crc32("123456789"), 0xCBF43926u);
  EXPECT_EQ(crc32(""), 0u);
  const std::string text = "The quick brown fox jumps over the lazy dog";
  EXPECT_EQ(crc32(text), 0x414FA339u);
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    const uint32_t first = crc32(text.data(), cut);
    EXPECT_EQ(crc32(text.data() + cut, text.size() - cut, first), crc32(text));
  }
}

// Examples of RFC 4648.
TEST(Base64, EqualsThePublishedExamples) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xff\xfb\xf0"), "//vw");
}

}  // namespace
}  // namespace centigan
