#include "checkpoint_hdf5.h"

#include <hdf5.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "centigan/core/error.h"
#include "element_type.h"

namespace centigan {
namespace {

// HDF5 wants a name for a file in memory and refuses one that exists; this one cannot.
const char* const kNoFile = "/dev/null/checkpoint";
const char* const kTypeAttribute = "type";
const char* const kTextType = "text";

[[noreturn]] void fail_hdf5(const std::string& path, const std::string& what) {
  fail("checkpoint", path, "HDF5: cannot handle " + what,
       "the file was not written by this program, or memory is short");
}

// Any HDF5 handle; closed by the function that fits it.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t), const std::string& path, const std::string& what) : id_(id), close_(close) {
    if (id_ < 0) fail_hdf5(path, what);
  }
  ~Handle() { close_(id_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

// What HDF5's in-memory files use in place of memory of their own: for writing a buffer that outlives the file, for
// reading the caller's bytes without a copy.
struct ImageBuffer {
  uint8_t* data = nullptr;
  size_t size = 0;
  bool owned = true;
};

void* image_malloc(size_t size, H5FD_file_image_op_t, void* context) {
  auto* buffer = static_cast<ImageBuffer*>(context);
  if (!buffer->data) buffer->data = static_cast<uint8_t*>(std::calloc(1, size)), buffer->size = size;
  return buffer->data;
}

void* image_memcpy(void* to, const void* from, size_t size, H5FD_file_image_op_t, void*) {
  return to == from ? to : std::memcpy(to, from, size);
}

void* image_realloc(void*, size_t size, H5FD_file_image_op_t, void* context) {
  auto* buffer = static_cast<ImageBuffer*>(context);
  if (!buffer->owned) return nullptr;
  auto* grown = static_cast<uint8_t*>(std::realloc(buffer->data, size));
  if (!grown) return nullptr;
  if (size > buffer->size) std::memset(grown + buffer->size, 0, size - buffer->size);
  buffer->data = grown, buffer->size = size;
  return grown;
}

herr_t image_free(void*, H5FD_file_image_op_t, void*) {
  return 0;
}
void* image_context_copy(void* context) {
  return context;
}
herr_t image_context_free(void*) {
  return 0;
}

void prepare_hdf5() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // errors come from us
  H5PLset_loading_state(0);                     // a file must not make the library load code
}

// File access properties over `buffer`.
class ImageAccess {
 public:
  ImageAccess(ImageBuffer& buffer, size_t increment, const std::string& path)
      : id_((prepare_hdf5(), H5Pcreate(H5P_FILE_ACCESS)), H5Pclose, path, "its settings") {
    H5FD_file_image_callbacks_t callbacks{image_malloc,       image_memcpy,       image_realloc, image_free,
                                          image_context_copy, image_context_free, &buffer};
    H5Pset_fapl_core(id_, increment, 0);
    H5Pset_file_image_callbacks(id_, &callbacks);
    if (!buffer.owned) H5Pset_file_image(id_, buffer.data, buffer.size);
  }
  operator hid_t() const { return id_; }

 private:
  Handle id_;
};

// 16-bit floats are stored as their bit patterns: HDF5 has no name for them.
hid_t stored_type(at::ScalarType type) {
  switch (type) {
    case at::kFloat:
      return H5T_IEEE_F32LE;
    case at::kDouble:
      return H5T_IEEE_F64LE;
    case at::kHalf:
    case at::kBFloat16:
      return H5T_STD_U16LE;
    case at::kLong:
      return H5T_STD_I64LE;
    case at::kInt:
      return H5T_STD_I32LE;
    case at::kShort:
      return H5T_STD_I16LE;
    case at::kChar:
      return H5T_STD_I8LE;
    default:
      return H5T_STD_U8LE;
  }
}

// One dataset of `shape`, little-endian, contiguous, with its type's name as attribute "type".
class DatasetWriter {
 public:
  DatasetWriter(hid_t file, const std::string& path)
      : file_(file),
        path_(path),
        links_(H5Pcreate(H5P_LINK_CREATE), H5Pclose, path, "names"),
        creation_(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, path, "its settings"),
        name_type_(H5Tcopy(H5T_C_S1), H5Tclose, path, "texts") {
    H5Pset_create_intermediate_group(links_, 1);
    H5Pset_obj_track_times(creation_, 0);
    H5Tset_size(name_type_, 16);
  }
  void write(const std::string& name, const std::string& type, at::ScalarType scalar, const std::vector<hsize_t>& shape,
             const void* bytes, size_t size) {
    const hid_t stored = stored_type(scalar);
    const Handle space(make_space(shape), H5Sclose, path_, name);
    const Handle data(H5Dcreate2(file_, name.c_str(), stored, space, links_, creation_, H5P_DEFAULT), H5Dclose, path_,
                      name);
    const Handle single(H5Screate(H5S_SCALAR), H5Sclose, path_, name);
    const Handle mark(H5Acreate2(data, kTypeAttribute, name_type_, single, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, path_,
                      name);
    char padded[16] = {};
    std::strncpy(padded, type.c_str(), 15);
    const bool written = H5Awrite(mark, name_type_, padded) >= 0 &&
                         (size == 0 || H5Dwrite(data, stored, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0);
    if (!written) fail_hdf5(path_, name);
  }

 private:
  static hid_t make_space(const std::vector<hsize_t>& shape) {
    if (shape.empty()) return H5Screate(H5S_SCALAR);
    return H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
  }
  hid_t file_;
  const std::string& path_;
  Handle links_, creation_, name_type_;
};

void write_entries(hid_t file, const Snapshot& snapshot, const std::string& path) {
  DatasetWriter writer(file, path);
  for (const auto& [name, tensor] : snapshot.tensors) {
    const torch::Tensor plain = plain_tensor(tensor);
    const ElementType* type = find_element_type(plain.scalar_type());
    if (!type) fail_hdf5(path, name + " of type " + at::toString(plain.scalar_type()));
    const std::vector<hsize_t> shape(plain.sizes().begin(), plain.sizes().end());
    writer.write(name, type->name, type->type, shape, plain.data_ptr(), plain.nbytes());
  }
  for (const auto& [name, text] : snapshot.texts)
    writer.write(name, kTextType, at::kByte, {text.size()}, text.data(), text.size());
}

size_t snapshot_bytes(const Snapshot& snapshot) {
  size_t bytes = 0;
  for (const auto& [name, tensor] : snapshot.tensors) bytes += tensor.nbytes();
  for (const auto& [name, text] : snapshot.texts) bytes += text.size();
  return bytes;
}

herr_t note_link(hid_t, const char* name, const H5L_info_t* info, void* names) {
  // A link to elsewhere is noted under a name that cannot be opened as a dataset.
  static_cast<std::vector<std::string>*>(names)->push_back(info->type == H5L_TYPE_HARD ? name : "");
  return 0;
}

std::string type_mark(hid_t data, const std::string& path, const std::string& name) {
  const Handle mark(H5Aopen(data, kTypeAttribute, H5P_DEFAULT), H5Aclose, path, name);
  const Handle type(H5Aget_type(mark), H5Tclose, path, name);
  char text[17] = {};
  if (H5Tget_size(type) != 16 || H5Tget_class(type) != H5T_STRING || H5Aread(mark, type, text) < 0)
    fail_hdf5(path, name);
  return text;
}

std::vector<int64_t> dataset_shape(hid_t data, const std::string& path, const std::string& name) {
  const Handle space(H5Dget_space(data), H5Sclose, path, name);
  hsize_t sides[H5S_MAX_RANK];
  const int rank = H5Sget_simple_extent_dims(space, sides, nullptr);
  if (rank < 0) fail_hdf5(path, name);
  return {sides, sides + rank};
}

// Only what the writer makes: contiguous data inside this file, of exactly the stored type.
void check_layout(hid_t data, hid_t stored, const std::string& path, const std::string& name) {
  const Handle creation(H5Dget_create_plist(data), H5Pclose, path, name);
  const Handle type(H5Dget_type(data), H5Tclose, path, name);
  const bool plain = H5Pget_layout(creation) == H5D_CONTIGUOUS && H5Pget_external_count(creation) == 0;
  if (!plain || H5Tequal(type, stored) <= 0) fail_hdf5(path, name);
}

void read_dataset(hid_t file, const std::string& name, size_t file_bytes, const std::string& path, Snapshot& snapshot) {
  const Handle data(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose, path, name);
  const std::string mark = type_mark(data, path, name);
  const ElementType* type = nullptr;
  for (const ElementType& known : element_types()) {
    if (mark == (known.type == at::kByte && mark == kTextType ? kTextType : known.name)) type = &known;
  }
  if (!type) fail_hdf5(path, name + " of type " + escaped(mark));
  check_layout(data, stored_type(type->type), path, name);
  const std::vector<int64_t> shape = dataset_shape(data, path, name);
  const int64_t numel = checked_numel(shape, type->size);
  if (numel < 0 || static_cast<size_t>(numel) * type->size > file_bytes)
    fail_hdf5(path, name + ", larger than the file");
  std::vector<uint8_t> bytes(static_cast<size_t>(numel) * type->size);
  if (numel > 0 && H5Dread(data, stored_type(type->type), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0)
    fail_hdf5(path, name);
  if (mark == kTextType)
    snapshot.texts[name].assign(bytes.begin(), bytes.end());
  else
    snapshot.tensors[name] = tensor_from_bytes(bytes.data(), shape, type->type);
}

bool is_group(hid_t file, const std::string& name, const std::string& path) {
  H5O_info_t info;
  if (name.empty() || H5Oget_info_by_name2(file, name.c_str(), &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0)
    fail_hdf5(path, "'" + name + "'");
  return info.type == H5O_TYPE_GROUP;
}

// The buffer grows in large steps; where the file ends stands in its superblock (version 0, at byte 40).
size_t end_of_file(const ImageBuffer& buffer) {
  uint64_t end = 0;
  std::memcpy(&end, buffer.data + kUserBlockBytes + 40, sizeof end);
  return buffer.data[kUserBlockBytes + 8] == 0 ? std::min<size_t>(end, buffer.size) : buffer.size;
}

void create_in(ImageBuffer& buffer, const Snapshot& snapshot, const std::string& path) {
  const size_t increment = std::max<size_t>(snapshot_bytes(snapshot) / 8, 64 << 10);
  const ImageAccess access(buffer, increment, path);
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, path, "its settings");
  H5Pset_userblock(creation, kUserBlockBytes);
  H5Pset_obj_track_times(creation, 0);
  const Handle file(H5Fcreate(kNoFile, H5F_ACC_TRUNC, creation, access), H5Fclose, path, "a new file in memory");
  write_entries(file, snapshot, path);
  if (H5Fflush(file, H5F_SCOPE_LOCAL) < 0) fail_hdf5(path, "a new file in memory");
}

}  // namespace

std::vector<uint8_t> hdf5_image(const Snapshot& snapshot, const std::string& path) {
  ImageBuffer buffer;
  const std::unique_ptr<ImageBuffer, void (*)(ImageBuffer*)> guard(&buffer, [](ImageBuffer* b) { std::free(b->data); });
  create_in(buffer, snapshot, path);
  const size_t size = end_of_file(buffer);
  return {buffer.data, buffer.data + size};
}

Snapshot read_hdf5_image(std::vector<uint8_t>& image, const std::string& path) {
  ImageBuffer buffer{image.data(), image.size(), false};
  const ImageAccess access(buffer, 64 << 10, path);
  const Handle file(H5Fopen(kNoFile, H5F_ACC_RDONLY, access), H5Fclose, path, "its contents");
  std::vector<std::string> names;
  if (H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, note_link, &names) < 0) fail_hdf5(path, "its list of names");
  Snapshot snapshot;
  for (const std::string& name : names) {
    if (!is_group(file, name, path)) read_dataset(file, name, image.size(), path, snapshot);
  }
  return snapshot;
}

}  // namespace centigan
