// A report as one HTML file that needs nothing else: no network, no script, no font; pictures are data. It reads on a
// phone, on paper, light and dark. Includes no torch.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace centigan {

// `text` as it may stand between tags or in a quoted attribute.
std::string html_text(const std::string& text);
// A paragraph, with what stands between `ticks` as code; "" for an empty text.
std::string html_paragraph(const std::string& text, const std::string& css_class = "");
std::string html_mono(const std::string& text);  // as a machine writes it; may break behind ; , and /

// A picture of PNG bytes. `rows` name its rows from the top, all of one height. `alt` says what it shows. Pictures
// narrower than 320 px are enlarged by a whole number.
struct ReportPicture {
  std::string png, alt, caption;
  std::vector<std::string> rows = {};
  bool moving = false;  // an animation: not on paper
};
// Bytes that are no PNG file: a sentence that says so.
std::string picture_figure(const ReportPicture& picture);

// Cells are HTML. The first column is text, the others are numbers, right-aligned. `plain`: all are text. A row of one
// cell is a remark on the row before it, as wide as the table.
struct ReportTable {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;
  bool plain = false;
};
std::string table_html(const ReportTable& table);

// What can be opened on the page and is left out on paper.
std::string details_html(const std::string& summary, const std::string& body);

struct ReportSection {
  std::string id, title, body;  // body: HTML; an empty one leaves the section out
};
struct ReportTile {
  std::string label, value, note;
};
struct ReportPage {
  std::string title, subtitle;
  int64_t refresh_seconds = 0;    // the page loads itself anew so often; 0: never
  std::vector<ReportTile> tiles;  // what matters most, in large letters
  std::vector<ReportSection> sections;
  std::string foot;
};
std::string page_html(const ReportPage& page);

}  // namespace centigan
