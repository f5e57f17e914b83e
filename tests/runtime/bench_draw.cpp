// bench_draw [MODEL.cgm]: milliseconds per picture, layer-wise and streamed; without an argument of the student architectures.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "draw.h"
#include "students.h"

namespace {

using cgrt_test::Loaded;

double milliseconds(const cgrt_model& model, uint8_t handover) {
  cgrt_options o = cgrt_test::default_options();
  o.handover = handover;
  double best = 1e9;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    const auto start = std::chrono::steady_clock::now();
    cgrt_test::draw(model, seed, 0, &o);
    best = std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

void report(const char* name, const std::vector<uint8_t>& file) {
  Loaded loaded(file);
  const int status = loaded.open();
  if (status != CGRT_OK) return void(std::printf("%s: %s\n", name, cgrt_status_text(status)));
  const double macs = double(cgrt_macs(&loaded.model, CGRT_BEST)), whole = milliseconds(loaded.model, 200);
  std::printf("%-8s %6.1f M MAC  layer-wise %7.2f ms (%.2f G MAC/s)  streamed %7.2f ms\n", name, macs / 1e6, whole, macs / whole / 1e6,
              milliseconds(loaded.model, 0));
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
