#include "centigan/core/npy.h"
#include "centigan/core/npz.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>

#include "centigan/core/file.h"
#include "test_support.h"

namespace centigan {
namespace {

std::string npy_bytes(std::string dict, const std::string& data, int version = 1) {
  dict += '\n';
  std::string text = std::string("\x93NUMPY") + static_cast<char>(version) + '\0' +
                     static_cast<char>(dict.size() & 255) + static_cast<char>(dict.size() >> 8);
  if (version == 2) text += std::string(2, '\0');
  return text + dict + data;
}

torch::Tensor parse_array(const std::string& bytes) {
  return parse_npy(bytes.data(), bytes.size(), "a.npy");
}

void expect_bad_array(const std::string& bytes, const std::string& fragment) {
  test::expect_error([&] { parse_array(bytes); }, fragment);
}

TEST(Npy, RoundTripOfEveryTypeAndRank) {
  const test::TempFolder folder;
  for (const auto type :
       {at::kFloat, at::kDouble, at::kHalf, at::kLong, at::kInt, at::kShort, at::kChar, at::kByte, at::kBool}) {
    for (const auto& shape : std::vector<std::vector<int64_t>>{{}, {24}, {4, 6}, {2, 3, 4}, {0, 5}}) {
      int64_t numel = 1;
      for (const int64_t side : shape) numel *= side;
      const auto tensor = at::arange(numel, at::kInt).view(shape).to(type);
      write_npy(folder / "a.npy", tensor);
      const auto back = read_npy(folder / "a.npy");
      EXPECT_EQ(back.scalar_type(), type);
      EXPECT_TRUE(torch::equal(back, tensor)) << type << tensor.sizes();
      EXPECT_EQ(read_file(folder / "a.npy", "test").size() % 64, tensor.nbytes() % 64) << "data are aligned";
    }
  }
  write_npy(folder / "a.npy", at::arange(6, at::kFloat).view({2, 3}).t());
  EXPECT_EQ(read_npy(folder / "a.npy")[2][1].item<float>(), 5.0f);
}

TEST(Npy, ReadsOtherWritersHeaders) {
  EXPECT_EQ(parse_array(npy_bytes("{'shape':(2,),'fortran_order':False,'descr':'<i2'}", std::string("\1\0\2\0", 4), 2))
                .numel(),
            2);
  EXPECT_EQ(parse_array(npy_bytes("{'descr': '<u1', 'fortran_order': False, 'shape': (1, 2), }   ", "ab")).size(1), 2);
  EXPECT_EQ(parse_array(npy_bytes("{'descr': '|b1', 'fortran_order': False, 'shape': (), }", "\x07")).item<bool>(),
            true);
}

TEST(Npy, BadFilesAreRefusedWithTheReason) {
  const std::string good =
      npy_bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", std::string(16, '\0'));
  ASSERT_EQ(parse_array(good).numel(), 4);
  for (size_t size = 0; size < good.size(); ++size) expect_bad_array(good.substr(0, size), "npy: a.npy: ");
  expect_bad_array(good + "x", "17 bytes of data do not fit the shape");
  expect_bad_array("P" + good.substr(1), "this is not an .npy file");
  expect_bad_array("\x93NUMPY\3" + good.substr(7), "format version is neither 1.0 nor 2.0");
  std::string long_header = good;
  long_header[9] = '\x7f';
  expect_bad_array(long_header, "the file ends inside its header");
  const auto header = [](const std::string& dict) { return npy_bytes(dict, std::string(16, '\0')); };
  expect_bad_array(header("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 2), }"),
                   "number type '>f4' is not supported");
  expect_bad_array(header("{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }"),
                   "number type '|O' is not supported");
  expect_bad_array(header("{'descr': '', 'fortran_order': False, 'shape': (2, 2), }"), "is not supported");
  expect_bad_array(header("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }"), "it is in Fortran order");
  expect_bad_array(header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), 'x': 1}"), "unknown entry");
  expect_bad_array(header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,4)}"),
                   "it has more than 8 dimensions");
  for (const std::string dict :
       {"{'descr': '<f4', 'fortran_order': False, 'shape': (4), }", "{'descr': '<f4', 'shape': (4,), }",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", "{}", "",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-4,), }", "{'descr': '<f4",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), } x"}) {
    expect_bad_array(header(dict), "the header is not that of an .npy file");
  }
  expect_bad_array(header("{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999999999, 99999), }"),
                   "do not fit the shape");
}

TEST(Npy, TypesNumpyLacksAreNotWritten) {
  const test::TempFolder folder;
  test::expect_error([&] { write_npy(folder / "a.npy", at::zeros({2}, at::kBFloat16)); },
                     "numpy has no type for BFloat16");
  test::expect_error([&] { read_npy(folder / "a.npy"); }, "cannot open");
}

// numpy.savez_compressed of mu = [1, 2] and sigma = the unit matrix.
const char kNumpyArchive[] =
    "504b03042d000000080000002100645baabfffffffffffffffff060014006d752e6e70790100100090000000000000004c00"
    "0000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9366a1aea3a09e965f54529498179f5f94920a12774b"
    "cc294e058a17672416a402f91a463a9a3a0ab50a14002e0630f8600fa1191c00504b03042d000000080000002100678c4c67"
    "ffffffffffffffff090014007369676d612e6e707901001000a00000000000000050000000000000009bec17ea1b10c9c850"
    "c650ad9e925a9c5ca46ea5a06e9366a1aea3a09e965f54529498179f5f94920a12774bcc294e058a17672416a402f91a463a"
    "0a469a3a0ab50a64032e0630f860cf80157cb00700504b01022d032d000000080000002100645baabf4c0000009000000006"
    "00000000000000000000008001000000006d752e6e7079504b01022d032d000000080000002100678c4c6750000000a00000"
    "000900000000000000000000008001840000007369676d612e6e7079504b050600000000020002006b0000000f0100000000";

std::string bytes_of_hex(const std::string& text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); i += 2) bytes += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  return bytes;
}

TEST(Npz, ReadsNumpysArchivesAndItsOwn) {
  const std::string bytes = bytes_of_hex(kNumpyArchive);
  const NamedArrays arrays = parse_npz(bytes.data(), bytes.size(), "a.npz");
  ASSERT_EQ(arrays.size(), 2u);
  EXPECT_TRUE(torch::equal(arrays.at("mu"), at::arange(1, 3, at::kDouble)));
  EXPECT_EQ(arrays.at("sigma")[1][1].item<double>(), 1.0);
  const test::TempFolder folder;
  write_npz(folder / "b.npz", arrays);
  const NamedArrays back = read_npz(folder / "b.npz");
  ASSERT_EQ(back.size(), 2u);
  for (const auto& [name, array] : arrays) EXPECT_TRUE(torch::equal(back.at(name), array));
}

TEST(Npz, EveryCutAndEveryFlippedBitIsRefusedOrHarmless) {
  const std::string good = bytes_of_hex(kNumpyArchive);
  const NamedArrays arrays = parse_npz(good.data(), good.size(), "a.npz");
  for (size_t size = 0; size < good.size(); ++size)
    test::expect_error([&] { parse_npz(good.data(), size, "a.npz"); }, "npz: a.npz: ");
  int harmless = 0;
  for (size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    try {
      for (const auto& [name, array] : parse_npz(bad.data(), bad.size(), "a.npz"))
        EXPECT_TRUE(torch::equal(array, arrays.at(name)));
      ++harmless;  // times, versions and attributes
    } catch (const Error&) {
    }
  }
  EXPECT_LT(harmless, static_cast<int>(good.size()) * 3);
}

TEST(Npz, SaysWhatIsWrong) {
  const std::string good = bytes_of_hex(kNumpyArchive);
  const auto refused = [&](const std::string& from, const std::string& to, const std::string& what) {
    std::string bad = good;
    for (size_t at = bad.find(from); at != std::string::npos; at = bad.find(from, at + 1))
      bad.replace(at, to.size(), to);
    test::expect_error([&] { parse_npz(bad.data(), bad.size(), "a.npz"); }, what);
  };
  refused("sigma.npy", "../ma.npy", "is no name of an array");
  refused("mu.npy", "mu.txt", "is no name of an array");
  refused(std::string("PK\1\2\x2d\3\x2d\0\0\0", 10), std::string("PK\1\2\x2d\3\x2d\0\1\0", 10), "is encrypted");
  refused("PK\5\6", "PK\5\7", "this is no zip archive");
}

}  // namespace
}  // namespace centigan
