// Reading and replacing files. Every write that replaces something: temporary file in the same folder, fsync, rename,
// fsync of the folder. An error leaves what existed and removes the temporary.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace centigan {

// The whole regular file (folders, pipes and devices are refused). Errors name `component`, the path and errno's text.
std::vector<uint8_t> read_file(const std::string& path, const std::string& component);
std::string read_text(const std::string& path, const std::string& component);

void write_file_atomically(const std::string& path, const void* bytes, size_t size, const std::string& component);
void write_text_atomically(const std::string& path, const std::string& text, const std::string& component);

// For libraries that want to write a file themselves: `write(temporary_path)` makes the file, then it is synced and
// renamed to `path`.
void replace_file(const std::string& path, const std::string& component,
                  const std::function<void(const std::string& temporary)>& write);

// Error, naming both amounts, if fewer than `bytes` are free where `path` is going to be.
void require_space(const std::string& path, uint64_t bytes, const std::string& component);

// Creates a folder and its parents; errors name it.
void make_folder(const std::string& path, const std::string& component);

// Removes `*.tmp.<pid>` of processes that no longer live.
void remove_stale_temporaries(const std::string& folder);

}  // namespace centigan
