// TensorBoard event files: TFRecord frames with masked CRC-32C around hand-encoded Event messages.
#pragma once
#include <cstdint>
#include <map>
#include <string>

namespace centigan {

// Appends to a new file `folder`/events.out.tfevents.<time>.<host>. `first_step` > 0 marks a restart: viewers drop what
// an earlier file holds from that step on. Every call reaches the operating system before it returns; one that cannot
// be written is a warning.
class EventWriter {
 public:
  EventWriter(const std::string& folder, int64_t first_step);
  void add_scalars(int64_t step, const std::map<std::string, double>& values);
  const std::string& path() const { return path_; }

 private:
  void append(const std::string& event);
  std::string path_;
};

// Castagnoli CRC (reflected polynomial 0x82F63B78). Check: "123456789" gives 0xE3069283.
uint32_t crc32c(const void* bytes, size_t size);

}  // namespace centigan
