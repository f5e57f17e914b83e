// A temporary folder that files are put into.
#pragma once
#include <filesystem>
#include <fstream>
#include <string>

#include "support/image_files.h"
#include "support/test_support.h"

namespace centigan {

class PictureFolder : public test::TempFolder {
 public:
  void put(const std::string& name, const image_files::Bytes& bytes) const {
    std::filesystem::create_directories(std::filesystem::path(*this / name).parent_path());
    std::ofstream(*this / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
};

}  // namespace centigan
