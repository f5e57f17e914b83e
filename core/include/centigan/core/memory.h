// Running out of memory, here or on an accelerator: how it shows, and what gives room again.
#pragma once
#include <torch/types.h>

#include <exception>
#include <optional>
#include <string>

namespace centigan {

// Whether the exception says that memory ran out, and how much was wanted (": 12 MB were asked for at once", "" if it
// does not say).
std::optional<std::string> memory_shortage(const std::exception_ptr& error);

// Under a limit on addresses (ulimit -v) memory that runs out shows first in a tensor's allocation, where it is an error
// that can be handled: large tensors leave some room to all else. Without a limit nothing changes. Called by
// prepare_process().
bool guard_memory();  // true: there is a limit

// What allocators keep for later goes back to the system.
void release_unused_memory(torch::Device device);

}  // namespace centigan
