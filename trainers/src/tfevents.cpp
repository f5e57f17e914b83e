#include "centigan/trainers/tfevents.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "centigan/core/error.h"
#include "centigan/core/log.h"

namespace centigan {
namespace {

constexpr int kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5;

std::array<uint32_t, 256> castagnoli_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ (value & 1 ? 0x82F63B78u : 0u);
    table[i] = value;
  }
  return table;
}

template <class T>
std::string little_endian(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

std::string key(int field, int type) {
  return varint(static_cast<uint64_t>(field << 3 | type));
}
std::string message(int field, const std::string& body) {
  return key(field, kBytes) + varint(body.size()) + body;
}

// Event: 1 wall_time, 2 step, 3 file_version, 5 summary, 7 session_log.
std::string event(double wall_time, int64_t step, const std::string& rest) {
  return key(1, kFixed64) + little_endian(wall_time) + key(2, kVarint) + varint(static_cast<uint64_t>(step)) + rest;
}

std::string masked_crc(const std::string& bytes) {
  const uint32_t crc = crc32c(bytes.data(), bytes.size());
  return little_endian(((crc >> 15) | (crc << 17)) + 0xA282EAD8u);
}

double wall_seconds() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

uint32_t crc32c(const void* bytes, size_t size) {
  static const std::array<uint32_t, 256> table = castagnoli_table();
  uint32_t crc = 0xFFFFFFFFu;
  for (size_t i = 0; i < size; ++i) crc = table[(crc ^ static_cast<const uint8_t*>(bytes)[i]) & 255] ^ (crc >> 8);
  return ~crc;
}

EventWriter::EventWriter(const std::string& folder, int64_t first_step) {
  char host[128] = "host";
  ::gethostname(host, sizeof host - 1);
  path_ = folder + "/events.out.tfevents." + std::to_string(::time(nullptr)) + "." + escaped(host);
  append(event(wall_seconds(), 0, message(3, "brain.Event:2")));
  const std::string started = key(1, kVarint) + varint(1);
  if (first_step > 0) append(event(wall_seconds(), first_step, message(7, started)));
}

void EventWriter::add_scalars(int64_t step, const std::map<std::string, double>& values) {
  std::string summary;
  for (const auto& [name, value] : values)
    summary += message(1, message(1, name) + key(2, kFixed32) + little_endian(static_cast<float>(value)));
  append(event(wall_seconds(), step, message(5, summary)));
}

// One write a record: a killed run leaves whole records, or a torn last one that readers drop.
void EventWriter::append(const std::string& event) {
  const std::string length = little_endian(static_cast<uint64_t>(event.size()));
  const std::string record = length + masked_crc(length) + event + masked_crc(event);
  const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  const bool written = file >= 0 && ::write(file, record.data(), record.size()) == static_cast<ssize_t>(record.size());
  const int code = errno;
  if (file >= 0) ::close(file);
  if (!written) warn("train: " + escaped(path_) + ": an event is lost, cannot write (" + std::strerror(code) + ")");
}

}  // namespace centigan
