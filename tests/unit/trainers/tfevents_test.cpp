#include "centigan/trainers/tfevents.h"

#include <cstring>

#include "tiny.h"

namespace centigan {
namespace {

// A reader written from the format, not from the writer: fields of one message by number.
struct Field {
  int number, type;
  uint64_t value;
  std::string bytes;
};

uint64_t read_varint(const std::string& bytes, size_t& at) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const uint8_t byte = static_cast<uint8_t>(bytes.at(at++));
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
}

std::vector<Field> fields_of(const std::string& bytes) {
  std::vector<Field> fields;
  for (size_t at = 0; at < bytes.size();) {
    const uint64_t key = read_varint(bytes, at);
    Field field{static_cast<int>(key >> 3), static_cast<int>(key & 7), 0, ""};
    const size_t fixed = field.type == 1 ? 8 : field.type == 5 ? 4 : 0;
    if (field.type == 0) field.value = read_varint(bytes, at);
    const size_t size = field.type == 2 ? read_varint(bytes, at) : fixed;
    if (size > 0) field.bytes = bytes.substr(at, size);
    std::memcpy(&field.value, field.bytes.data(), std::min<size_t>(fixed, 8));
    at += size;
    fields.push_back(field);
  }
  return fields;
}

uint32_t unmasked(const std::string& bytes, size_t at) {
  uint32_t masked;
  std::memcpy(&masked, bytes.data() + at, 4);
  const uint32_t rotated = masked - 0xA282EAD8u;
  return (rotated >> 17) | (rotated << 15);
}

std::vector<std::string> records_of(const std::string& file) {
  std::vector<std::string> records;
  for (size_t at = 0; at < file.size();) {
    uint64_t length;
    std::memcpy(&length, file.data() + at, 8);
    EXPECT_EQ(unmasked(file, at + 8), crc32c(file.data() + at, 8));
    records.push_back(file.substr(at + 12, length));
    EXPECT_EQ(unmasked(file, at + 12 + length), crc32c(records.back().data(), length));
    at += 16 + length;
  }
  return records;
}

TEST(Crc32c, KnownValue) {
  EXPECT_EQ(crc32c("123456789", 9), 0xE3069283u);
}

TEST(EventWriter, WritesWhatAReaderReads) {
  const ScratchFolder folder;
  EventWriter writer(folder.path(), 0);
  writer.add_scalars(300000, {{"Loss/D/loss", 1.5}, {"Loss/G/loss", -0.25}});
  const auto records = records_of(slurp(writer.path()));
  ASSERT_EQ(records.size(), 2u);
  const auto version = fields_of(records[0]);
  EXPECT_EQ(version.back().number, 3);
  EXPECT_EQ(version.back().bytes, "brain.Event:2");
  const auto event = fields_of(records[1]);
  ASSERT_EQ(event.size(), 3u);
  EXPECT_EQ(event[0].number, 1);
  EXPECT_EQ(event[1].value, 300000u);
  const auto values = fields_of(event[2].bytes);
  ASSERT_EQ(values.size(), 2u);
  const auto second = fields_of(values[1].bytes);
  EXPECT_EQ(second[0].bytes, "Loss/G/loss");
  float number;
  std::memcpy(&number, second[1].bytes.data(), 4);
  EXPECT_EQ(number, -0.25f);
}

TEST(EventWriter, MarksARestart) {
  const ScratchFolder folder;
  const auto records = records_of(slurp(EventWriter(folder.path(), 640).path()));
  ASSERT_EQ(records.size(), 2u);
  const auto event = fields_of(records[1]);
  EXPECT_EQ(event[1].value, 640u);
  EXPECT_EQ(event[2].number, 7);
  EXPECT_EQ(fields_of(event[2].bytes)[0].value, 1u);
}

TEST(EventWriter, LosesAnEventNotTheRun) {
  const int64_t before = warning_count();
  EventWriter writer("/nowhere/at/all", 0);
  EXPECT_GT(warning_count(), before);
}

}  // namespace
}  // namespace centigan
