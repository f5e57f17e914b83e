// make_model FILE [ID]: writes model S, or a random model by its number, for scripts.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "random_model.h"

int main(int argc, char** argv) {
  if (argc < 2) return std::fputs("usage: make_model FILE [ID]\n", stderr), 2;
  const cgrt_test::ModelSpec spec = argc > 2 ? cgrt_test::random_model(std::strtoull(argv[2], nullptr, 10)) : cgrt_test::model_s();
  const std::vector<uint8_t> file = cgrt_test::build(spec);
  std::FILE* out = std::fopen(argv[1], "wb");
  const bool written = out && std::fwrite(file.data(), 1, file.size(), out) == file.size();
  if (!out || std::fclose(out) != 0 || !written) return std::perror(argv[1]), 1;
  return 0;
}
