// Writes the files that the fuzzer starts from: image_seeds FOLDER.
#include <filesystem>
#include <fstream>

#include "unit/data/bad_files.h"

namespace {

using centigan::image_files::Bytes;

void write_seed(const std::filesystem::path& folder, int number, const Bytes& bytes) {
  std::ofstream(folder / ("seed" + std::to_string(number)), std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  namespace files = centigan::image_files;
  std::filesystem::create_directories(argv[1]);
  int number = 0;
  for (const auto& list : {files::good_files(), files::bad_pngs(), files::bad_jpegs(), files::bad_bmps()})
    for (const files::FileCase& c : list)
      if (c.bytes.size() < 8192) write_seed(argv[1], number++, c.bytes);
  for (const uint8_t mode : {0xfd, 0xfe})
    write_seed(argv[1], number++, files::joined({mode}, files::stored_zlib(Bytes(100, 7))));
}
