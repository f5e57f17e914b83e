#include "draw.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace cgrt_test {
namespace {

constexpr size_t kGuard = 64;
constexpr uint8_t kCanary = 0xC3;

struct Sink {
  Drawn* drawn;
  uint32_t next = 0;
};

int take_row(void* user, uint32_t y, const uint8_t* row, uint32_t bytes) {
  Sink* sink = static_cast<Sink*>(user);
  if (y != sink->next++) sink->drawn->rows_in_order = false;
  sink->drawn->bytes.insert(sink->drawn->bytes.end(), row, row + bytes);
  return 0;
}

bool whole(const uint8_t* guard) {
  return std::all_of(guard, guard + kGuard, [](uint8_t b) { return b == kCanary; });
}

}  // namespace

Drawn draw_by(const Generate& generate, size_t size, uint8_t fill) {
  std::vector<uint64_t> memory((size + 2 * kGuard) / 8, 0);
  uint8_t* start = reinterpret_cast<uint8_t*>(memory.data());
  std::memset(start, kCanary, size + 2 * kGuard);
  std::memset(start + kGuard, fill, size);
  Drawn drawn;
  Sink sink{&drawn};
  drawn.status = generate(start + kGuard, size, take_row, &sink);
  drawn.canaries_whole = whole(start) && whole(start + kGuard + size);
  return drawn;
}

Drawn draw(const cgrt_model& model, uint64_t seed, uint32_t label, const cgrt_options* options, uint8_t fill) {
  const auto generate = [&](void* arena, size_t bytes, cgrt_row row, void* user) {
    return cgrt_generate(&model, arena, bytes, seed, label, options, row, user);
  };
  return draw_by(generate, cgrt_arena_bytes(&model, options), fill);
}

Loaded::Loaded(const uint8_t* bytes, size_t size) : size_(size) {
  bytes_ = static_cast<uint8_t*>(std::malloc(std::max<size_t>(size, 1)));
  if (!bytes_) throw std::bad_alloc();
  std::copy(bytes, bytes + size, bytes_);
}

Loaded::~Loaded() {
  std::free(bytes_);
}

}  // namespace cgrt_test
