#include "kernel_sets.h"

extern "C" {
#include "kernels.h"
}

namespace cgrt_test {

#if CGRT_X86

std::vector<std::string> kernel_sets() {
  static const uint32_t features = cgrt_cpu_features();
  std::vector<std::string> names;
  for (uint32_t i = 0; const cgrt_kernels* set = cgrt_kernel_set(i, features); ++i) names.push_back(set->name);
  return names;
}

Drawn draw_with(size_t set, const cgrt_model& model, uint64_t seed, uint32_t label, const cgrt_options* options,
                uint8_t fill) {
  const auto generate = [&](void* arena, size_t bytes, cgrt_row row, void* user) {
    cgrt_run run;
    const int status = cgrt_open_run(&run, &model, arena, bytes, seed, label, options);
    if (status != CGRT_OK) return status;
    run.kernels = cgrt_kernel_set(uint32_t(set), model.crc_checked >> 1);
    run.deliver = row;
    run.user = user;
    return cgrt_draw(&run);
  };
  return draw_by(generate, cgrt_arena_bytes(&model, options), fill);
}

#else

std::vector<std::string> kernel_sets() {
  return {"the only one"};
}

Drawn draw_with(size_t, const cgrt_model& model, uint64_t seed, uint32_t label, const cgrt_options* options,
                uint8_t fill) {
  return draw(model, seed, label, options, fill);
}

#endif

}  // namespace cgrt_test
