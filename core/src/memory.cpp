#include "centigan/core/memory.h"

#include <ATen/DeviceAccelerator.h>
#include <c10/core/Allocator.h>
#include <c10/util/Exception.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cstdlib>
#include <new>

namespace centigan {
namespace {

bool says(const std::string& text, const char* words) {
  return text.find(words) != std::string::npos;
}

double unit_bytes(const std::string& unit) {
  if (unit.rfind("GiB", 0) == 0) return 1 << 30;
  if (unit.rfind("MiB", 0) == 0) return 1 << 20;
  return unit.rfind("KiB", 0) == 0 ? 1 << 10 : 1;
}

// LibTorch says "you tried to allocate 1200 bytes" on the CPU, "Tried to allocate 2.00 GiB" on a GPU.
std::string amount_asked_for(const std::string& what) {
  const size_t at = what.find("allocate ");
  const size_t digits = what.find_first_of("0123456789", at == std::string::npos ? what.size() : at);
  if (digits == std::string::npos) return "";
  char* end = nullptr;
  const double amount = std::strtod(what.c_str() + digits, &end);
  const double bytes = amount * unit_bytes(*end == ' ' ? end + 1 : "");
  return ": " + std::to_string(static_cast<int64_t>(bytes / 1e6)) + " MB were asked for at once";
}

// oneDNN crashes where the code that it writes finds no room, and a stack cannot grow.
constexpr size_t kReserve = 64 << 20, kLargeTensor = 64 << 10;

bool addresses_left(size_t bytes) {
  void* start = ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return false;
  ::munmap(start, bytes);
  return true;
}

class ReservingAllocator final : public c10::Allocator {
 public:
  explicit ReservingAllocator(c10::Allocator* real) : real_(real) {}
  c10::DataPtr allocate(size_t bytes) override {
    c10::DataPtr data = real_->allocate(bytes);
    TORCH_CHECK(bytes < kLargeTensor || addresses_left(kReserve), "can't allocate memory: you tried to allocate ",
                bytes, " bytes");
    return data;
  }
  c10::DeleterFnPtr raw_deleter() const override { return real_->raw_deleter(); }
  void copy_data(void* to, const void* from, size_t count) const override { real_->copy_data(to, from, count); }

 private:
  c10::Allocator* real_;
};

}  // namespace

bool guard_memory() {
  struct rlimit limit;
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
  static ReservingAllocator allocator(c10::GetAllocator(c10::DeviceType::CPU));
  c10::SetAllocator(c10::DeviceType::CPU, &allocator, /*priority=*/1);
  // What is freed goes back at once, or it would be missing to others.
  ::mallopt(M_MMAP_THRESHOLD, 128 << 10);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 20);
  return true;
}

// oneDNN's exceptions are not known here by type, and do not say why something could not be created; in a program whose
// shapes fit it is memory.
std::optional<std::string> memory_shortage(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::bad_alloc&) {
    return "";
  } catch (const c10::Error& torch) {
    const std::string what = torch.what_without_backtrace();
    if (says(what, "allocate memory") || says(what, "out of memory") || says(what, "STATUS_ALLOC_FAILED"))
      return amount_asked_for(what);
  } catch (const std::exception& other) {
    if (says(other.what(), "could not create a primitive") || says(other.what(), "could not create a memory"))
      return std::string(": oneDNN ") + other.what();
  } catch (...) {
  }
  return std::nullopt;
}

void release_unused_memory(torch::Device device) {
  ::malloc_trim(0);
  if (device.is_cuda()) at::getDeviceAllocator(device.type())->emptyCache();
}

}  // namespace centigan
