#include "centigan/core/npy.h"

#include <algorithm>
#include <cstring>

#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "element_type.h"

namespace centigan {
namespace {

constexpr size_t kMaxNpyRank = 8;
const char kNpyMagic[] = "\x93NUMPY";

[[noreturn]] void fail_npy(const std::string& source, const std::string& reason) {
  fail("npy", source, reason, "write the array again with numpy.save, C order, a plain little-endian number type");
}

// The header is a Python dict with exactly the keys descr, fortran_order and shape, in any order.
class NpyHeader {
 public:
  NpyHeader(const std::string& text, const std::string& source) : text_(text), source_(source) { parse(); }
  std::string descr;
  std::vector<int64_t> shape;

 private:
  bool take(const std::string& token) {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    if (text_.compare(at_, token.size(), token) != 0) return false;
    at_ += token.size();
    return true;
  }
  void expect(const std::string& token) {
    if (!take(token)) fail_npy(source_, "the header is not that of an .npy file (byte " + std::to_string(at_) + ")");
  }
  std::string quoted() {
    expect("'");
    const size_t end = text_.find('\'', at_);
    if (end == std::string::npos) expect("'");
    const std::string value = text_.substr(at_, end - at_);
    at_ = end + 1;
    return value;
  }
  int64_t number() {
    int64_t value = 0;
    const size_t first = at_;
    for (; at_ < text_.size() && at_ - first < 18 && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      value = value * 10 + (text_[at_] - '0');
    }
    if (at_ == first) expect("a number");
    return value;
  }
  void parse_shape() {
    expect("(");
    while (!take(")")) {
      if (shape.size() == kMaxNpyRank) fail_npy(source_, "it has more than 8 dimensions");
      take(" ");
      shape.push_back(number());
      if (take(",")) continue;
      if (shape.size() < 2) expect(",");  // "(3)" is a number in Python, "(3,)" a tuple
      expect(")");
      break;
    }
  }
  void parse_entry(const std::string& key) {
    expect(":");
    if (key == "descr") {
      take(" ");
      descr = quoted();
    } else if (key == "shape") {
      parse_shape();
    } else if (key != "fortran_order" || !take("False")) {
      fail_npy(source_, "it is in Fortran order, or its header has an unknown entry");
    }
  }
  void parse() {
    std::vector<std::string> keys;
    expect("{");
    while (!take("}")) {
      keys.push_back(quoted());
      if (std::count(keys.begin(), keys.end(), keys.back()) > 1) expect("another key");
      parse_entry(keys.back());
      if (!take(",")) {
        expect("}");
        break;
      }
    }
    take("\n");
    if (keys.size() != 3 || at_ != text_.size()) expect("three keys and nothing behind them");
  }

  const std::string &text_, &source_;
  size_t at_ = 0;
};

const ElementType& npy_type(const std::string& descr, const std::string& source) {
  for (const ElementType& type : element_types()) {
    const bool any_order = type.size == 1 && descr.size() == 3 && descr.substr(1) == type.npy + 1;
    if (type.npy[0] != '\0' && (descr == type.npy || any_order)) return type;
  }
  fail_npy(source, "the number type '" + escaped(descr) + "' is not supported");
}

std::string npy_header(const torch::Tensor& tensor, const char* descr) {
  std::string shape;
  for (const int64_t side : tensor.sizes()) shape += std::to_string(side) + (tensor.dim() == 1 ? "," : ", ");
  if (tensor.dim() > 1) shape.resize(shape.size() - 2);
  std::string dict = std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  dict.resize((10 + dict.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');  // the data begin at a multiple of 64
  dict += '\n';
  const char length[2] = {static_cast<char>(dict.size() & 255), static_cast<char>(dict.size() >> 8)};
  return std::string(kNpyMagic, 6) + std::string("\x01\x00", 2) + std::string(length, 2) + dict;
}

}  // namespace

torch::Tensor parse_npy(const void* data, size_t size, const std::string& source) {
  const uint8_t* bytes = static_cast<const uint8_t*>(data);
  if (size < 12 || std::memcmp(bytes, kNpyMagic, 6) != 0) fail_npy(source, "this is not an .npy file");
  const int version = bytes[6];
  if ((version != 1 && version != 2) || bytes[7] != 0) fail_npy(source, "format version is neither 1.0 nor 2.0");
  const size_t start = version == 1 ? 10 : 12;
  size_t length = bytes[8] | bytes[9] << 8;
  if (version == 2) length |= static_cast<size_t>(bytes[10]) << 16 | static_cast<size_t>(bytes[11]) << 24;
  if (length > size - start) fail_npy(source, "the file ends inside its header");
  const std::string text(reinterpret_cast<const char*>(bytes) + start, length);
  const NpyHeader header(text.substr(0, text.find_last_not_of(" \n") + 1), source);
  const ElementType& type = npy_type(header.descr, source);
  const int64_t numel = checked_numel(header.shape, type.size);
  const size_t rest = size - start - length;
  if (numel < 0 || static_cast<size_t>(numel) * type.size != rest) {
    fail_npy(source, std::to_string(rest) + " bytes of data do not fit the shape in the header");
  }
  return tensor_from_bytes(bytes + start + length, header.shape, type.type);
}

torch::Tensor read_npy(const std::string& path) {
  const std::vector<uint8_t> bytes = read_file(path, "npy");
  return parse_npy(bytes.data(), bytes.size(), path);
}

std::string npy_bytes(const torch::Tensor& tensor, const std::string& path) {
  const torch::Tensor plain = plain_tensor(tensor);
  const ElementType* type = find_element_type(plain.scalar_type());
  if (!type || type->npy[0] == '\0') {
    fail("npy", path, std::string("numpy has no type for ") + at::toString(plain.scalar_type()),
         "convert it to float32");
  }
  std::string bytes = npy_header(plain, type->npy);
  bytes.append(static_cast<const char*>(plain.data_ptr()), plain.nbytes());
  return bytes;
}

void write_npy(const std::string& path, const torch::Tensor& tensor) {
  const std::string bytes = npy_bytes(tensor, path);
  write_file_atomically(path, bytes.data(), bytes.size(), "npy");
}

}  // namespace centigan
