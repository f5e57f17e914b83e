// Published sizes of the student architectures, exactly.
#include <gtest/gtest.h>

#include "draw.h"
#include "students.h"

namespace cgrt_test {
namespace {

TEST(Students, FileMacsAndArena) {
  for (const Student& s : students()) {
    SCOPED_TRACE(s.spec.name);
    const std::vector<uint8_t> file = build(s.spec);
    EXPECT_EQ(int64_t(file.size()), s.file_bytes);
    Loaded loaded(file);
    ASSERT_EQ(loaded.open(), CGRT_OK);
    EXPECT_EQ(int64_t(cgrt_macs(&loaded.model, CGRT_BEST)), s.macs);
    cgrt_options o = default_options();
    for (uint8_t h = 0; h < 4; ++h) {
      o.handover = h < 3 ? h : 200;
      EXPECT_EQ(int64_t(cgrt_arena_bytes(&loaded.model, &o)), s.arena[h]) << int(h);
    }
    o.handover = 2;
    o.wide_rows = 1;
    EXPECT_EQ(int64_t(cgrt_arena_bytes(&loaded.model, &o)), s.wide_arena);
  }
}

TEST(Students, PrefixesOfE128) {
  const std::vector<uint8_t> file = build(students().back().spec);
  const uint32_t ends[] = {643736, 771384, 816944, 827672};
  for (size_t g = 0; g < 4; ++g) EXPECT_EQ(get32(&file[group_offset(g)]), ends[g]);
}

TEST(Students, StreamedAndLayerWiseAgree) {
  Loaded loaded(build(students()[1].spec));
  ASSERT_EQ(loaded.open(), CGRT_OK);
  cgrt_options o = default_options();
  const std::vector<uint8_t> streamed = draw(loaded.model, 5, 0, &o).bytes;
  o.handover = 3;
  EXPECT_EQ(draw(loaded.model, 5, 0, &o).bytes, streamed);
}

}  // namespace
}  // namespace cgrt_test
