#include "pack_hdf5.h"

#include <hdf5.h>

#include <array>

#include "centigan/core/error.h"

namespace centigan {
namespace {

// A handle that is closed again.
class Hid {
 public:
  Hid(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Hid() {
    if (id_ >= 0) close_(id_);
  }
  Hid(const Hid&) = delete;
  Hid& operator=(const Hid&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

using Sides = std::array<hsize_t, 4>;

Sides sides_of(uint64_t pictures, const PackIndex& index) {
  return {pictures, index.channels, index.height, index.width};
}

hid_t text_type(uint64_t room) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, room), H5Tset_strpad(type, H5T_STR_NULLPAD), H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

hid_t timeless(hid_t kind) {
  const hid_t settings = H5Pcreate(kind);
  H5Pset_obj_track_times(settings, 0);
  return settings;
}

}  // namespace

void PackHdf5::need(bool good, const std::string& what) const {
  if (!good) fail("pack", path_, "HDF5 cannot write " + what, "is there room, and may the folder be written to?");
}

PackHdf5::PackHdf5(const std::string& path, const PackIndex& index) : path_(path), index_(index) {
  H5dont_atexit();  // what cannot be written to a full disk must not be tried again at the end
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // errors come from us
  const Hid creation(timeless(H5P_FILE_CREATE), H5Pclose), settings(timeless(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_userblock(creation, kPackHead);
  file_ = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, H5P_DEFAULT);
  need(file_ >= 0, "the file");
  Sides none = sides_of(0, index), most = none, chunk = sides_of(index.chunk, index);
  most[0] = H5S_UNLIMITED;
  H5Pset_chunk(settings, 4, chunk.data());
  const Hid space(H5Screate_simple(4, none.data(), most.data()), H5Sclose);
  images_ = H5Dcreate2(file_, "images", H5T_STD_U8LE, space, H5P_DEFAULT, settings, H5P_DEFAULT);
  need(images_ >= 0, "images");
}

PackHdf5::~PackHdf5() {
  if (images_ >= 0) H5Dclose(images_);
  if (file_ >= 0) H5Fclose(file_);
}

void PackHdf5::append(const uint8_t* pixels, uint64_t pictures) {
  const Sides all = sides_of(pictures_ + pictures, index_), some = sides_of(pictures, index_),
              at = {pictures_, 0, 0, 0};
  need(H5Dset_extent(images_, all.data()) >= 0, "images");
  const Hid file(H5Dget_space(images_), H5Sclose), memory(H5Screate_simple(4, some.data(), nullptr), H5Sclose);
  const bool written = H5Sselect_hyperslab(file, H5S_SELECT_SET, at.data(), nullptr, some.data(), nullptr) >= 0 &&
                       H5Dwrite(images_, H5T_STD_U8LE, memory, file, H5P_DEFAULT, pixels) >= 0;
  need(written, "pictures from " + std::to_string(pictures_) + " on");
  pictures_ += pictures;
}

uint64_t PackHdf5::write(const char* name, int64_t type, const std::vector<uint64_t>& shape, const void* bytes) {
  const std::vector<hsize_t> sides(shape.begin(), shape.end());
  const Hid space(H5Screate_simple(static_cast<int>(sides.size()), sides.data(), nullptr), H5Sclose);
  const Hid settings(timeless(H5P_DATASET_CREATE), H5Pclose);
  const Hid data(H5Dcreate2(file_, name, type, space, H5P_DEFAULT, settings, H5P_DEFAULT), H5Dclose);
  need(data >= 0 && H5Dwrite(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0, name);
  return H5Dget_offset(data);
}

uint64_t PackHdf5::write_texts(const char* name, const std::vector<uint8_t>& bytes, uint64_t room) {
  const Hid type(text_type(room), H5Tclose);
  return write(name, type, {bytes.size() / room}, bytes.data());
}

uint64_t PackHdf5::write_labels(const char* name, const std::vector<int32_t>& labels) {
  return write(name, H5T_STD_I32LE, {labels.size()}, labels.data());
}

uint64_t PackHdf5::write_hashes(const char* name, const std::vector<uint8_t>& bytes) {
  return write(name, H5T_STD_U8LE, {bytes.size() / 32, 32}, bytes.data());
}

void PackHdf5::attribute(const char* name, const std::string& text) {
  const Hid type(text_type(text.size() + 1), H5Tclose), space(H5Screate(H5S_SCALAR), H5Sclose);
  const Hid mark(H5Acreate2(file_, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  need(mark >= 0 && H5Awrite(mark, type, text.c_str()) >= 0, name);
}

void PackHdf5::attribute(const char* name, int64_t value) {
  const Hid space(H5Screate(H5S_SCALAR), H5Sclose);
  const Hid mark(H5Acreate2(file_, name, H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  need(mark >= 0 && H5Awrite(mark, H5T_NATIVE_INT64, &value) >= 0, name);
}

std::vector<uint64_t> PackHdf5::chunk_places() {
  need(H5Fflush(file_, H5F_SCOPE_LOCAL) >= 0, "the file");
  std::vector<uint64_t> places;
  for (uint64_t first = 0; first < pictures_; first += index_.chunk) {
    const Sides at = {first, 0, 0, 0};
    unsigned mask = 0;
    haddr_t place = HADDR_UNDEF;
    hsize_t size = 0;
    need(H5Dget_chunk_info_by_coord(images_, at.data(), &mask, &place, &size) >= 0 && place != HADDR_UNDEF, "chunks");
    places.push_back(place);
  }
  return places;
}

void PackHdf5::close() {
  const bool closed = H5Dclose(images_) >= 0 && H5Fclose(file_) >= 0;
  images_ = file_ = -1;
  need(closed, "the end of the file");
}

}  // namespace centigan
