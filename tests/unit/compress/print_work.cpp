// print_work FILE [HANDOVER]: what the kernels have to do for a picture of a .cgm file, for
// tests/bench/kernel_costs.py. A line a layer, "LAYER KERNEL:TERM:AMOUNT …"; the last layer is what is done once a
// picture.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "centigan/compress/instructions.h"

int main(int argc, char** argv) {
  if (argc < 2) return std::fputs("usage: print_work FILE [HANDOVER]\n", stderr), 2;
  std::ifstream in(argv[1], std::ios::binary);
  const std::vector<uint8_t> cgm{std::istreambuf_iterator<char>(in), {}};
  if (cgm.size() < 96 || !centigan::cgm_can_plan(cgm.data()))
    return std::fputs("not a .cgm file from 4x4 on\n", stderr), 1;
  const int64_t handover = argc > 2 ? std::atoi(argv[2]) : cgm[31];
  const auto work = centigan::picture_work(centigan::cgm_plan(cgm.data()), handover);
  for (size_t layer = 0; layer < work.size(); ++layer) {
    std::printf("%zu", layer);
    for (size_t k = 0; k < centigan::kDspKernels; ++k)
      for (size_t i = 0; i < centigan::kWorkTerms; ++i)
        if (work[layer][k][i] != 0) std::printf(" %zu:%zu:%.0f", k, i, work[layer][k][i]);
    std::printf("\n");
  }
  return 0;
}
