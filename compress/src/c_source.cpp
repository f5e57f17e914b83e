#include "centigan/compress/c_source.h"

#include <cctype>
#include <cstdio>
#include <set>

#include "centigan/core/error.h"
#include "centigan/core/text.h"
#include "runtime_picture.h"

namespace centigan {

extern const char kRuntimeHeader[], kRuntimeSource[], kLicence[];

namespace {

std::string upper_name(std::string name) {
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::string c_letters(const std::string& text) {
  std::string name;
  for (const char c : text) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

std::string identifier(const std::string& text) {
  const std::string name = c_letters(text);
  return name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) ? "model_" + name : name;
}

// What the three texts need to know of the model.
struct CNames {
  std::string stem, id, macro;
  cgrt_info info;
  size_t bytes, arena, wide_arena;
  std::vector<std::string> classes;
};

CNames names_of(const std::vector<uint8_t>& bytes, const std::string& stem) {
  const RuntimeModel model(bytes);
  cgrt_options wide = CGRT_OPTIONS_DEFAULT;
  wide.wide_rows = 1;
  const std::string id = identifier(stem);
  return {stem,
          id,
          upper_name(id),
          model.info(),
          bytes.size(),
          cgrt_arena_bytes(&model.model(), nullptr),
          cgrt_arena_bytes(&model.model(), &wide),
          model.class_names()};
}

// A template with its words between @ replaced.
std::string filled(std::string text, const CNames& names) {
  const bool grey = names.info.channels == 1, classes = names.info.classes > 0;
  const std::pair<std::string, std::string> words[] = {
      {"@NAME@", names.macro},
      {"@name@", names.id},
      {"@stem@", names.stem},
      {"@ending@", grey ? "pgm" : "ppm"},
      {"@magic@", grey ? "P5" : "P6"},
      {"@format@", grey ? "CGRT_GREY8" : "CGRT_RGB888"},
      {"@label@", classes ? "argc > 3 ? (uint32_t)atoi(argv[3]) : CGRT_LABEL_RANDOM" : "0"}};
  for (const auto& [word, value] : words)
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + value.size()))
      text.replace(at, word.size(), value);
  return text;
}

std::string define(const CNames& names, const std::string& name, size_t value, const char* suffix = "") {
  return "#define " + names.macro + "_" + name + " " + std::to_string(value) + suffix + "\n";
}

// NAME_CLASSES and a constant for each label. Names that C cannot tell apart get their number.
std::string label_constants(const CNames& names) {
  if (names.info.classes == 0) return "";
  std::string text = define(names, "CLASSES", names.info.classes);
  std::set<std::string> taken;
  for (size_t k = 0; k < names.classes.size(); ++k) {
    const std::string number = std::to_string(k);
    std::string label = "LABEL_" + (names.classes[k].empty() ? number : upper_name(c_letters(names.classes[k])));
    while (!taken.insert(label).second) label += "_" + number;
    text += define(names, label, k, "u");
  }
  return text;
}

constexpr char kHeaderTop[] = R"(/* A generator of pictures and the runtime that draws them, made by centigan.
 *
 *     cc -std=c99 -O3 @stem@.c @stem@_example.c -o draw
 *
 * Draw with cgrt_open(&model, @name@_cgm, sizeof @name@_cgm, 0) and cgrt_generate, as @stem@_example.c does. The model is at the
 * end of this file, before it comes the interface of the runtime. */
)";

constexpr char kHeaderEnd[] = R"(
/* The generator: 8-byte aligned, used in place, for example from flash. */
extern const uint8_t @name@_cgm[@NAME@_BYTES];

/* Refuses to compile if an array is too small for a picture: @NAME@_ASSERT_ARENA(arena); */
#if defined(__cplusplus) && __cplusplus >= 201103L
#define @NAME@_ASSERT_ARENA(arena) static_assert(sizeof(arena) >= @NAME@_ARENA_BYTES, "the arena is too small")
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define @NAME@_ASSERT_ARENA(arena) _Static_assert(sizeof(arena) >= @NAME@_ARENA_BYTES, "the arena is too small")
#else
#define @NAME@_ASSERT_ARENA(arena) extern char @name@_arena_is_too_small[sizeof(arena) >= @NAME@_ARENA_BYTES ? 1 : -1]
#endif

#ifdef __cplusplus
}
#endif

#endif
)";

std::string header_text(const CNames& names) {
  return filled(kHeaderTop, names) + kRuntimeHeader +
         filled("\n#ifndef @NAME@_CGM_H\n#define @NAME@_CGM_H\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n",
                names) +
         define(names, "WIDTH", names.info.width) + define(names, "HEIGHT", names.info.height) +
         define(names, "BYTES", names.bytes) + "/* Memory for a picture; with options.wide_rows, which is faster on Cortex-M4, M7 and M33. */\n" +
         define(names, "ARENA_BYTES", names.arena) + define(names, "WIDE_ARENA_BYTES", names.wide_arena) +
         label_constants(names) + filled(kHeaderEnd, names);
}

constexpr char kSourceTop[] =
    R"(/* The generator of @stem@.h and the runtime, made by centigan. Compile this file together with yours. A program with two such files
 * defines CGRT_NO_RUNTIME for one of them.
 *
)";

constexpr char kBeforeBytes[] = R"(#endif /* CGRT_NO_RUNTIME */

#if defined(__GNUC__) || defined(__clang__)
__attribute__((aligned(8)))
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
_Alignas(8)
#endif
const uint8_t @name@_cgm[@NAME@_BYTES] = {
)";

// A text as the inside of a C comment.
std::string commented(const std::string& text) {
  std::string lines;
  for (const std::string& line : split(text, '\n')) lines += line.empty() ? " *\n" : " * " + line + "\n";
  return lines;
}

std::string source_text(const CNames& names, const std::vector<uint8_t>& bytes) {
  std::string text = filled(kSourceTop, names) + commented("The runtime's licence:\n\n" + std::string(kLicence)) +
                     " */\n#include \"" + names.stem + ".h\"\n\n#ifndef CGRT_NO_RUNTIME\n\n" + kRuntimeSource +
                     filled(kBeforeBytes, names);
  char item[8];
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::snprintf(item, sizeof item, "%d,", bytes[i]);
    text += item;
    if (i % 32 == 31) text += "\n";
  }
  return text + "\n};\n";
}

constexpr char kExample[] =
    R"(/* Draws the picture of a seed: cc -std=c99 @stem@.c @stem@_example.c -o draw && ./draw 7 picture.@ending@ */
#include <stdio.h>
#include <stdlib.h>

#include "@stem@.h"

static uint64_t arena[(@NAME@_ARENA_BYTES + 7) / 8]; /* all the memory that drawing takes */
@NAME@_ASSERT_ARENA(arena);

/* Rows come one by one from the top. On a board they go to the display from here. Nonzero stops the picture. */
static int put_row(void *file, uint32_t y, const uint8_t *row, uint32_t bytes) {
  (void)y;
  return fwrite(row, 1, bytes, (FILE *)file) != bytes;
}

static int draw(FILE *file, uint64_t seed, uint32_t label) {
  cgrt_options options = CGRT_OPTIONS_DEFAULT;
  cgrt_model model;
  int status = cgrt_open(&model, @name@_cgm, sizeof @name@_cgm, 0);
  if (status != CGRT_OK) return status;
  options.format = @format@;
  fprintf(file, "@magic@\n%d %d\n255\n", @NAME@_WIDTH, @NAME@_HEIGHT);
  return cgrt_generate(&model, arena, sizeof arena, seed, label, &options, put_row, file);
}

int main(int argc, char **argv) {
  FILE *file = fopen(argc > 2 ? argv[2] : "picture.@ending@", "wb");
  int status = file ? draw(file, argc > 1 ? strtoull(argv[1], NULL, 10) : 0, @label@) : CGRT_E_NULL;
  if (file && fclose(file) != 0) status = CGRT_STOPPED;
  if (status != CGRT_OK) fprintf(stderr, "%s\n", file ? cgrt_status_text(status) : "the file cannot be written");
  return status != CGRT_OK;
}
)";

}  // namespace

const char* runtime_header() {
  return kRuntimeHeader;
}

const char* runtime_source() {
  return kRuntimeSource;
}

CSource c_source(const std::vector<uint8_t>& bytes, const std::string& stem) {
  if (stem.find_first_of("\"\\\n*?") != std::string::npos)
    fail_usage("export", stem, "is no name that C can include", "use letters, digits, '-', '_' and '.'");
  const CNames names = names_of(bytes, stem);
  return {header_text(names), source_text(names, bytes), filled(kExample, names)};
}

}  // namespace centigan
