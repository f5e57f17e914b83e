#include "centigan/core/memory.h"

#include <ATen/DeviceAccelerator.h>
#include <c10/util/Exception.h>
#include <malloc.h>

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

}  // namespace

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
