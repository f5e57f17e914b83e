// Bad files of every class that the scanner knows, with its verdict.
#pragma once
#include "good_files.h"

namespace centigan::image_files {

inline std::vector<FileCase> not_pictures() {
  const auto t = [](const char* s) { return text(s); };
  return {
      {"empty", {}, "is empty", ""},
      {"one byte", {0x42}, "not an image (starts with \"B\")", ""},
      {"seven bytes", t("1234567"), "not an image (starts with \"1234\")", ""},
      {"zeros", Bytes(100, 0), "not an image (starts with \"\\x00\\x00\\x00\\x00\")", ""},
      {"text", t("hello, I am a text"), "not an image (starts with \"hell\")", ""},
      {"error page", t("<html><body>404</body></html>"), "not an image (starts with \"<htm\")", ""},
      {"zip", joined(t("PK\3\4"), Bytes(40, 1)), "not an image (starts with \"PK\\x03\\x04\")", ""},
      {"gif", joined(t("GIF89a"), Bytes(40, 0)), "GIF is not supported", "convert to PNG"},
      {"webp", t("RIFF\x20\x20\x20\x20WEBPVP8 "), "WebP is not supported", "convert to PNG"},
      {"avif",
       t("\x20\x20\x20\x20"
         "ftypavif...."),
       "AVIF is not supported", "convert to PNG"},
      {"heic",
       t("\x20\x20\x20\x20"
         "ftypheic...."),
       "HEIC is not supported", "convert to PNG"},
      {"tiff", joined(t("II*"), Bytes(40, 0)), "TIFF is not supported", "convert to PNG"},
      {"psd", t("8BPS\1\1\1\1"), "PSD is not supported", "convert to PNG"},
      {"svg", t("<svg xmlns='x'/>"), "SVG is not supported", "convert to PNG"},
      {"svg behind xml", t("<?xml version='1.0'?>\n<svg/>"), "SVG is not supported", "convert to PNG"},
  };
}

inline std::vector<FileCase> bad_pngs() {
  const Bytes png = good_png(), header = png_header({}), stream = stored_zlib(png_raw({}, busy));
  const PngSpec taller = sized_png(16, 17), shorter = sized_png(16, 15);
  PngSpec bad_filter;
  bad_filter.row_filter = 5;
  Bytes bad_adler = stream, half(stream.begin(), stream.begin() + 40), rest(stream.begin() + 40, stream.end());
  bad_adler.back() ^= 1;
  PngSpec clear = palette_png(8), clear_rgb, late = palette_png(2);
  clear.transparency = Bytes(5, 0), clear_rgb.transparency = Bytes(2, 0), late.palette.resize(15);
  const Bytes indices = stored_zlib(png_raw(palette_png(8), index_of_four)), indexed = png_header(palette_png(8));
  return {
      {"CRC", with_byte(png, 60, png[60] ^ 1), "PNG chunk IDAT: CRC differs", ""},
      {"header CRC", with_byte(png, 20, 1), "PNG chunk IHDR: CRC differs", ""},
      {"signature", with_byte(png, 4, 10), "PNG signature is damaged", ""},
      {"no IEND", cut(png, png.size() - 12), "PNG ends before its end chunk (IEND)", ""},
      {"cut in IDAT", cut(png, 100), "PNG chunk IDAT: ends after ", ""},
      {"IDAT too long", png_around(shorter, stream), "PNG inflates to more than its header allows", ""},
      {"IDAT too short", png_around(taller, stream), "PNG inflates to 784 bytes, its header needs 833", ""},
      {"zlib cut", png_around({}, cut(stream, 300)), "PNG has bad zlib data (", ""},
      {"zlib header", png_around({}, with_byte(stream, 0, 0x79)), "PNG has bad zlib data (", ""},
      {"Adler-32", png_around({}, bad_adler), "PNG picture data: Adler-32 checksum differs", ""},
      {"row filter", encode_png(bad_filter, busy), "PNG has an unknown row filter", ""},
      {"no IDAT", png_of_chunks({{"IHDR", header}, {"IEND", {}}}), "PNG has no picture data", ""},
      {"IDAT first", png_of_chunks({{"IDAT", stream}, {"IEND", {}}}), "PNG does not begin with its header (IHDR)", ""},
      {"two IHDR", png_of_chunks({{"IHDR", header}, {"IHDR", header}}), "PNG has an unknown critical chunk IHDR", ""},
      {"critical", png_of_chunks({{"IHDR", header}, {"ABCD", {}}}), "PNG has an unknown critical chunk ABCD", ""},
      {"IDAT in two places", png_of_chunks({{"IHDR", header}, {"IDAT", half}, {"tEXt", {}}, {"IDAT", rest}}),
       "PNG picture data (IDAT) is not in one piece", ""},
      {"colour type", png_around(sized_png(16, 16, 5), stream), "PNG header has an unknown colour type or bit depth",
       ""},
      {"depth", png_around(sized_png(16, 16, 2, 4), stream), "PNG header has an unknown colour type or bit depth", ""},
      {"no palette", png_of_chunks({{"IHDR", indexed}, {"IDAT", indices}, {"IEND", {}}}), "PNG has no palette", ""},
      {"late palette", png_of_chunks({{"IHDR", indexed}, {"IDAT", indices}, {"PLTE", four_colours()}}),
       "PNG palette comes late or twice", ""},
      {"palette of 5 for 2 bits", encode_png(late, index_of_four), "PNG palette is larger than its bit depth", ""},
      {"palette of 10 bytes", png_of_chunks({{"IHDR", indexed}, {"PLTE", Bytes(10, 0)}}), "PNG palette has a bad size",
       ""},
      {"tRNS longer than palette", encode_png(clear, index_of_four), "PNG tRNS has a bad size", ""},
      {"tRNS of grey in RGB", encode_png(clear_rgb, busy), "PNG tRNS has a bad size", ""},
      {"huge", png_declaring(65535, 65535), "65535x65535 is over the limit of 64 M pixels", "shrink"},
      {"2^31", png_declaring(1u << 31, 1), "2147483648x1 is over the limit of 64 M pixels", "shrink"},
      {"product overflows", png_declaring(0xffffffff, 0xffffffff), "4294967295x4294967295 is over the limit", "shrink"},
      {"real 20,000", png_declaring(20000, 20000), "20000x20000 is over the limit of 64 M pixels", "shrink"},
      {"long side", png_declaring(20000, 10), "20000x10 is over the limit of 16,384 pixels a side", ""},
      {"no pixels", png_declaring(0, 10), "has no pixels (0x10)", ""},
      {"1x1", encode_png(sized_png(1, 1), busy), "1x1 is below 8 pixels a side", ""},
      {"1x5000", encode_png(sized_png(1, 5000), busy), "1x5000 is below 8 pixels a side", ""},
      {"bomb", png_around({}, stored_zlib(Bytes(1 << 20, 0))), "PNG inflates to more than its header allows", ""},
  };
}

inline std::vector<FileCase> bad_jpegs() {
  const Bytes& jpeg = jpeg_files::kBaseline;
  const Bytes& progressive = jpeg_files::kProgressive;
  const size_t frame = marker_at(jpeg, 0xc0), scan = marker_at(jpeg, 0xda);
  return {
      {"no end marker", cut(jpeg, jpeg.size() - 2), "JPEG ends before the last scan (758 bytes read, no end marker)",
       ""},
      {"cut in the scan", cut(jpeg, scan + 40), "JPEG ends before the last scan (", ""},
      {"cut in the tables", cut(jpeg, 30), "JPEG ends before the last scan (30 bytes read", ""},
      {"start only", cut(jpeg, 2), "JPEG ends before the last scan (2 bytes read", ""},
      {"marker", with_byte(jpeg, frame, 0xfe), "JPEG has a bad marker at byte ", ""},
      {"unknown marker", with_byte(jpeg, frame + 1, 0xf7), "JPEG has a bad marker at byte ", ""},
      {"segment length", with_byte(with_byte(jpeg, frame + 2, 0), frame + 3, 1), "JPEG segment has a bad length", ""},
      {"known decoder bug", huffman_overflow(), "JPEG has a bad Huffman table (4080 codes, the limit is 256)", ""},
      {"overlapping codes", huffman_overlap(), "JPEG has a bad Huffman table (its codes overlap)", ""},
      {"Huffman number", with_byte(jpeg, marker_at(jpeg, 0xc4) + 4, 0x44), "JPEG has a bad Huffman table (its number)",
       ""},
      {"quantizer number", with_byte(jpeg, marker_at(jpeg, 0xdb) + 4, 7), "JPEG has a bad quantizer table", ""},
      {"no quantizer", without_segment(jpeg, marker_at(jpeg, 0xdb)),
       "JPEG scan refers to a quantizer that is not defined", ""},
      {"no Huffman table", without_segment(jpeg, marker_at(jpeg, 0xc4)),
       "JPEG scan refers to a Huffman table that is not defined", ""},
      {"no frame", without_segment(jpeg, frame), "JPEG has a scan before its frame header", ""},
      {"two frames",
       with_segment(
           jpeg, scan, 0xc0,
           Bytes(jpeg.begin() + static_cast<int64_t>(frame) + 4, jpeg.begin() + static_cast<int64_t>(frame) + 19)),
       "JPEG has two frame headers", ""},
      {"nothing", {0xff, 0xd8, 0xff, 0xd9}, "JPEG has no frame header", ""},
      {"no scan", joined(cut(jpeg, scan), {0xff, 0xd9}), "JPEG lacks the scan of a component", ""},
      {"12 bits", with_byte(jpeg, frame + 4, 12), "JPEG with more than 8 bits a channel is not supported", "convert"},
      {"arithmetic", with_byte(jpeg, frame + 1, 0xc9), "lossless or arithmetic JPEG is not supported", "convert"},
      {"CMYK", jpeg_files::kCmyk, "CMYK JPEG is not supported", "convert to RGB"},
      {"two components", with_byte(jpeg, frame + 9, 2), "JPEG with 2 components is not supported", ""},
      {"sampling 0", with_byte(jpeg, frame + 11, 0x01), "JPEG has bad sampling factors", ""},
      {"sampling 3 and 2", with_byte(with_byte(jpeg, frame + 11, 0x31), frame + 14, 0x21), "JPEG has bad sampling", ""},
      {"16 blocks", with_byte(jpeg, frame + 11, 0x44), "JPEG has bad sampling factors", ""},
      {"component twice", with_byte(jpeg, frame + 13, 1), "JPEG names a component twice", ""},
      {"scan of a stranger", with_byte(jpeg, scan + 5, 9), "JPEG has a scan of a component that its frame lacks", ""},
      {"scan table 5", with_byte(jpeg, scan + 6, 0x50), "JPEG has a bad scan header", ""},
      {"scan spectrum", with_byte(jpeg, scan + 11, 7), "JPEG has a bad scan header", ""},
      {"refinement first", with_byte(progressive, marker_at(progressive, 0xda) + 13, 0x10),
       "JPEG refines a component before its first scan", ""},
      {"101 scans", repeated_scans(101), "JPEG has too many scans (101)", ""},
      {"65535x65535", jpeg_declaring(65535, 65535), "65535x65535 is over the limit of 64 M pixels", "shrink"},
      {"delayed height", jpeg_declaring(21, 0), "has no pixels (21x0)", ""},
  };
}

inline std::vector<FileCase> bad_bmps() {
  const Bytes bmp = good_bmp();
  BmpSpec palette{16, 16, 8, 40, false, false, Bytes(16, 3)}, os2 = palette, none = palette, fields{};
  os2.header = 12, none.palette.clear();
  fields.bits = 32, fields.bit_fields = true;
  return {
      {"cut", cut(bmp, 800), "BMP ends after 800 of 822 bytes", ""},
      {"cut header", cut(bmp, 20), "BMP ends inside its header", ""},
      {"header size", with_byte(bmp, 14, 41), "BMP header of 41 bytes is not known", ""},
      {"planes", with_byte(bmp, 26, 2), "BMP header is damaged", ""},
      {"16 bits", with_byte(bmp, 28, 16), "BMP with 16 bits a pixel is not supported", "convert"},
      {"RLE", with_byte(bmp, 30, 1), "compressed BMP is not supported", "convert"},
      {"offset", with_byte(bmp, 10, 60), "BMP pixels do not follow the header", ""},
      {"palette index", encode_bmp(palette, busy), "BMP uses palette entry ", ""},
      {"OS/2 palette", encode_bmp(os2, index_of_four), "OS/2 BMP with a palette is not supported", ""},
      {"no palette", encode_bmp(none, index_of_four), "BMP pixels do not follow the header", ""},
      {"masks", with_byte(encode_bmp(fields, busy), 54, 0x7f), "BMP bit fields are not whole bytes", ""},
      {"same masks", with_byte(encode_bmp(fields, busy), 58, 0xff), "BMP bit fields are not whole bytes", ""},
      {"negative width", with_byte(bmp, 21, 0x80), "has no pixels (-2147483632x16)", ""},
      {"huge", with_byte(with_byte(bmp, 20, 2), 24, 2), "131088x131088 is over the limit of 64 M pixels", "shrink"},
  };
}

}  // namespace centigan::image_files
