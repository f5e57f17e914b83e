#include "web_page.h"

#include "centigan/core/base64.h"
#include "centigan/core/log.h"
#include "centigan/core/text.h"
#include "centigan/metrics/report_page.h"
#include "cgm_file.h"
#include "figures.h"

namespace centigan {

extern const char kWebDraw[], kWebSheet[], kWebWalk[], kWebCss[], kWebScript[], kWasmPlain[], kWasmSimd[];

namespace {

// Behind the first line, which says what the module was made of.
std::string module_base64(const std::string& text) {
  return text.substr(text.find('\n') + 1);
}

std::string data_script(const std::string& id, const std::string& text) {
  return "<script type=\"text/plain\" id=\"" + id + "\">" + text + "</script>\n";
}

// As JSON that cannot end the script it stands in.
std::string json_list(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ",") + json_quoted(text);
  std::string safe;
  for (const char c : "[" + list + "]") safe += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return safe;
}

std::string draw_section() {
  const std::string html = kWebDraw, mark = "@css@";
  const size_t at = html.find(mark);
  return html.substr(0, at) + kWebCss + html.substr(at + mark.size());
}

std::vector<ReportTile> tiles_of(const CgmFile& model) {
  const cgrt_info& info = model.info();
  const std::string side = std::to_string(info.width) + " × " + std::to_string(info.height);
  return {{"Pictures", side, info.channels == 1 ? "grey" : "colour"},
          {"Model", grouped(static_cast<int64_t>(model.size())) + " B", "8-bit integers"},
          {"Memory", grouped(info.arena_bytes) + " B", "for a picture"},
          {"Multiplications", grouped(static_cast<int64_t>(cgrt_macs(&model.model(), CGRT_BEST))), "a picture"}};
}

}  // namespace

std::string web_page(const std::vector<uint8_t>& bytes, const std::string& name) {
  const CgmFile model(bytes, name);
  const std::string data = data_script("model", base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()})) +
                           data_script("classes", json_list(model.class_names())) +
                           data_script("plain", module_base64(kWasmPlain)) +
                           data_script("simd", module_base64(kWasmSimd)) + "<script>" + kWebScript + "</script>\n";
  ReportPage page;
  page.title = name;
  page.subtitle =
      "This page draws by itself: the generator and its C runtime, as WebAssembly, are in this file. A seed gives the "
      "same bytes here, on a desktop and on a microcontroller.";
  page.tiles = tiles_of(model);
  page.sections = {{"draw", "Draw", draw_section()},
                   {"sheet", "Seeds", kWebSheet},
                   {"walk", "Between seeds", std::string(kWebWalk) + data}};
  page.foot = "Made by centigan export --format web.";
  return page_html(page);
}

}  // namespace centigan
