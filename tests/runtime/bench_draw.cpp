// bench_draw [MODEL.cgm]: milliseconds per picture with each kernel set, layer-wise and streamed; without an argument
// of the student architectures. The sets take turns, the best of several rounds counts.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "draw.h"
#include "kernel_sets.h"
#include "students.h"

namespace {

using cgrt_test::Loaded;

constexpr int kRounds = 20;

double milliseconds(size_t set, const cgrt_model& model, uint64_t seed, uint8_t handover) {
  cgrt_options o = cgrt_test::default_options();
  o.handover = handover;
  const auto start = std::chrono::steady_clock::now();
  cgrt_test::draw_with(set, model, seed, 0, &o);
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

void report(const char* name, const std::vector<uint8_t>& file) {
  Loaded loaded(file);
  const int status = loaded.open();
  if (status != CGRT_OK) return void(std::printf("%s: %s\n", name, cgrt_status_text(status)));
  const std::vector<std::string> sets = cgrt_test::kernel_sets();
  std::vector<double> whole(sets.size(), 1e9), rows = whole;
  for (uint64_t seed = 0; seed < kRounds; ++seed) {
    for (size_t i = 0; i < sets.size(); ++i) {
      whole[i] = std::min(whole[i], milliseconds(i, loaded.model, seed, 200));
      rows[i] = std::min(rows[i], milliseconds(i, loaded.model, seed, 0));
    }
  }
  const double macs = double(cgrt_macs(&loaded.model, CGRT_BEST));
  for (size_t i = 0; i < sets.size(); ++i) {
    std::printf("%-8s %6.1f M MAC  %-12s layer-wise %7.3f ms (%6.2f G MAC/s)  streamed %7.3f ms (%6.2f G MAC/s)\n",
                name, macs / 1e6, sets[i].c_str(), whole[i], macs / whole[i] / 1e6, rows[i], macs / rows[i] / 1e6);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    std::ifstream in(argv[1], std::ios::binary);
    report(argv[1], std::vector<uint8_t>(std::istreambuf_iterator<char>(in), {}));
    return 0;
  }
  for (const cgrt_test::Student& s : cgrt_test::students()) report(s.spec.name.c_str(), build(s.spec));
  return 0;
}
