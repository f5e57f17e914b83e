#include "centigan/core/safetensors.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <tuple>

#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/hash.h"
#include "centigan/core/json.h"
#include "centigan/core/log.h"
#include "element_type.h"

namespace centigan {
namespace {

constexpr size_t kMaxHeader = 16 << 20, kMaxTensors = 65536, kMaxRank = 8, kMaxName = 512;

struct TensorEntry {
  std::string name;
  const ElementType* type = nullptr;
  std::vector<int64_t> shape;
  int64_t begin = 0, end = 0;
};

const ElementType* type_by_name(const std::string& name) {
  for (const ElementType& type : element_types()) {
    if (name == type.safetensors) return &type;
  }
  json_error("the element type \"" + name + "\" is not supported");
}

void read_entry(JsonCursor& cursor, TensorEntry& entry) {
  int fields = 0;
  cursor.object([&](const std::string& key) {
    ++fields;
    if (key == "dtype") {
      entry.type = type_by_name(cursor.string());
    } else if (key == "shape") {
      entry.shape = cursor.integers(kMaxRank);
    } else if (key == "data_offsets") {
      const auto offsets = cursor.integers(2);
      if (offsets.size() != 2) json_error("data_offsets of \"" + entry.name + "\" are not two numbers");
      entry.begin = offsets[0], entry.end = offsets[1];
    } else {
      json_error("the tensor \"" + entry.name + "\" has the unknown field \"" + key + "\"");
    }
  });
  if (fields != 3) json_error("the tensor \"" + entry.name + "\" lacks dtype, shape or data_offsets");
}

std::vector<TensorEntry> read_header(const std::string& text, std::map<std::string, std::string>& metadata) {
  std::vector<TensorEntry> entries;
  JsonCursor cursor(text);
  if (text.empty() || text[0] != '{') json_error("the header does not begin with '{'");
  cursor.object([&](const std::string& name) {
    if (name == "__metadata__") {
      cursor.object([&](const std::string& key) { metadata[key] = cursor.string(); });
      return;
    }
    if (name.size() > kMaxName) json_error("a name is longer than 512 bytes");
    if (entries.size() == kMaxTensors) json_error("there are more than 65536 tensors");
    entries.emplace_back().name = name;
    read_entry(cursor, entries.back());
  });
  if (!cursor.at_end()) json_error("there is text behind the header");
  return entries;
}

// In order of their offsets the tensors must follow each other without gap or overlap, up to the last byte.
void check_tiling(std::vector<TensorEntry>& entries, size_t data_size) {
  std::sort(entries.begin(), entries.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  int64_t at = 0;
  for (const TensorEntry& entry : entries) {
    const int64_t numel = checked_numel(entry.shape, entry.type->size);
    if (entry.begin != at || entry.end < entry.begin)
      json_error("there is a gap or overlap before \"" + entry.name + "\"");
    if (numel < 0 || numel * static_cast<int64_t>(entry.type->size) != entry.end - entry.begin) {
      json_error("shape and size of \"" + entry.name + "\" do not agree");
    }
    at = entry.end;
  }
  if (static_cast<uint64_t>(at) != data_size) {
    json_error("the tensors take " + std::to_string(at) + " bytes, the file holds " + std::to_string(data_size));
  }
}

Safetensors parse_or_throw(const uint8_t* bytes, size_t size) {
  uint64_t length = 0;
  if (size < 8) json_error(std::to_string(size) + " bytes are too few");
  std::memcpy(&length, bytes, 8);
  if (length > kMaxHeader) json_error("a header of " + std::to_string(length) + " bytes is over the limit of 16 MiB");
  if (length > size - 8) json_error("the file ends inside its header");
  Safetensors contents;
  const std::string text(reinterpret_cast<const char*>(bytes) + 8, length);
  std::vector<TensorEntry> entries = read_header(text, contents.metadata);
  const uint8_t* data = bytes + 8 + length;
  check_tiling(entries, size - 8 - length);
  for (const TensorEntry& entry : entries) {
    contents.tensors[entry.name] = tensor_from_bytes(data + entry.begin, entry.shape, entry.type->type);
  }
  return contents;
}

std::string shape_text(at::IntArrayRef shape) {
  std::string text;
  for (const int64_t side : shape) text += (text.empty() ? "" : ",") + std::to_string(side);
  return "[" + text + "]";
}

std::string metadata_text(const std::map<std::string, std::string>& metadata) {
  std::string text;
  for (const auto& [key, value] : metadata) {
    text += (text.empty() ? "" : ",") + json_quoted(key) + ":" + json_quoted(value);
  }
  return "\"__metadata__\":{" + text + "}";
}

// Padded with blanks, so that the data begin at a multiple of eight.
std::string header_text(const std::vector<std::pair<std::string, torch::Tensor>>& tensors,
                        const std::map<std::string, std::string>& metadata) {
  std::string text = metadata.empty() ? "" : metadata_text(metadata);
  size_t at = 0;
  for (const auto& [name, tensor] : tensors) {
    text += (text.empty() ? "" : ",") + json_quoted(name) + ":{\"dtype\":\"" +
            find_element_type(tensor.scalar_type())->safetensors + "\",\"shape\":" + shape_text(tensor.sizes()) +
            ",\"data_offsets\":[" + std::to_string(at) + "," + std::to_string(at + tensor.nbytes()) + "]}";
    at += tensor.nbytes();
  }
  text = "{" + text + "}";
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

void check_writable(const std::string& path, const Safetensors& contents) {
  for (const auto& [name, tensor] : contents.tensors) {
    const bool fits = find_element_type(tensor.scalar_type()) && tensor.dim() <= static_cast<int64_t>(kMaxRank);
    if (!fits || name.size() > kMaxName || name == "__metadata__") {
      fail("safetensors", path,
           "the tensor \"" + escaped(name) + "\" does not fit the format (" + at::toString(tensor.scalar_type()) +
               ", " + std::to_string(tensor.dim()) + " dimensions)",
           "convert it, or give it a shorter name");
    }
  }
}

}  // namespace

Safetensors parse_safetensors(const void* bytes, size_t size, const std::string& source) {
  try {
    return parse_or_throw(static_cast<const uint8_t*>(bytes), size);
  } catch (const std::invalid_argument& problem) {
    fail("safetensors", source, escaped(problem.what()),
         "the file is damaged or not a safetensors file; copy it again");
  }
}

Safetensors read_safetensors(const std::string& path) {
  const std::vector<uint8_t> bytes = read_file(path, "safetensors");
  return parse_safetensors(bytes.data(), bytes.size(), path);
}

void write_safetensors(const std::string& path, const Safetensors& contents) {
  check_writable(path, contents);
  std::vector<std::pair<std::string, torch::Tensor>> tensors;
  for (const auto& [name, tensor] : contents.tensors) tensors.emplace_back(name, plain_tensor(tensor));
  // Wide elements first: every tensor is then aligned to its element.
  std::stable_sort(tensors.begin(), tensors.end(),
                   [](const auto& a, const auto& b) { return a.second.element_size() > b.second.element_size(); });
  const std::string header = header_text(tensors, contents.metadata);
  const uint64_t length = header.size();
  std::string bytes(reinterpret_cast<const char*>(&length), 8);
  bytes += header;
  for (const auto& [name, tensor] : tensors) bytes.append(static_cast<const char*>(tensor.data_ptr()), tensor.nbytes());
  write_file_atomically(path, bytes.data(), bytes.size(), "safetensors");
}

std::string weights_hash(const std::map<std::string, torch::Tensor>& tensors) {
  Sha256 hash;
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.is_floating_point()) continue;
    const torch::Tensor values = plain_tensor(tensor).to(at::kFloat);
    hash.add(name).add(values.data_ptr(), values.nbytes());
  }
  return hash.hex();
}

}  // namespace centigan
