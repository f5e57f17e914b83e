#include <algorithm>

#include "centigan/core/base64.h"
#include "centigan/core/text.h"
#include "centigan/metrics/report_page.h"
#include "style.h"

namespace centigan {
namespace {

constexpr uint32_t kNarrow = 320;

uint32_t png_side(const std::string& png, size_t at) {
  uint32_t value = 0;
  for (size_t i = at; i < at + 4; ++i) value = value << 8 | static_cast<uint8_t>(png[i]);
  return value;
}

std::string image_tag(const ReportPicture& picture) {
  const uint32_t width = png_side(picture.png, 16), height = png_side(picture.png, 20);
  const uint32_t factor = width > 0 && width < kNarrow ? kNarrow / width : 1;
  return std::string("<img") + (factor > 1 ? " class=\"sharp\"" : "") +
         format_text(" width=\"%u\" height=\"%u\" alt=\"", width * factor, height * factor) + html_text(picture.alt) +
         "\" src=\"data:image/png;base64," + base64(picture.png) + "\">";
}

std::string row_names(const std::vector<std::string>& rows) {
  std::string html = "<ol>";
  for (const std::string& row : rows) html += "<li>" + html_text(row) + "</li>";
  return html + "</ol>";
}

bool is_remark(const ReportTable& table, size_t row) {
  return row < table.rows.size() && table.rows[row].size() == 1 && table.head.size() > 1;
}

std::string row_html(const ReportTable& table, size_t index) {
  const auto& row = table.rows[index];
  if (is_remark(table, index))
    return format_text("<tr class=\"remark\"><td colspan=\"%d\">", static_cast<int>(table.head.size())) + row[0] +
           "</td></tr>\n";
  std::string html = is_remark(table, index + 1) ? "<tr class=\"remarked\">" : "<tr>";
  for (const std::string& cell : row) html += "<td>" + cell + "</td>";
  return html + "</tr>\n";
}

std::string tiles_html(const std::vector<ReportTile>& tiles) {
  if (tiles.empty()) return "";
  std::string html = "<dl class=\"tiles\">\n";
  for (const ReportTile& tile : tiles)
    html += "<div><dt>" + html_text(tile.label) + "</dt><dd>" + html_text(tile.value) + "</dd>" +
            (tile.note.empty() ? "" : "<dd>" + html_text(tile.note) + "</dd>") + "</div>\n";
  return html + "</dl>\n";
}

std::string navigation(const std::vector<ReportSection>& sections) {
  std::string html = "<nav>";
  for (const ReportSection& section : sections)
    if (!section.body.empty()) html += "<a href=\"#" + section.id + "\">" + html_text(section.title) + "</a> ";
  return html + "</nav>\n";
}

std::string head_html(const ReportPage& page) {
  const std::string refresh = page.refresh_seconds > 0 ? format_text("<meta http-equiv=\"refresh\" content=\"%lld\">\n",
                                                                     static_cast<long long>(page.refresh_seconds))
                                                       : "";
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n" +
         refresh + "<title>" + html_text(page.title) + "</title>\n<style>" + kReportStyle + "</style>\n</head>\n";
}

}  // namespace

std::string html_text(const std::string& text) {
  std::string html;
  for (const char c : text) {
    if (c == '&')
      html += "&amp;";
    else if (c == '<')
      html += "&lt;";
    else if (c == '>')
      html += "&gt;";
    else if (c == '"')
      html += "&quot;";
    else
      html += c;
  }
  return html;
}

std::string html_paragraph(const std::string& text, const std::string& css_class) {
  if (text.empty()) return "";
  std::string html = "<p" + (css_class.empty() ? "" : " class=\"" + css_class + "\"") + ">";
  bool code = false;
  for (size_t at = 0; at < text.size();) {
    const size_t tick = std::min(text.find('`', at), text.size());
    html += html_text(text.substr(at, tick - at));
    if (tick < text.size()) html += (code = !code) ? "<code>" : "</code>";
    at = tick + 1;
  }
  return html + (code ? "</code></p>\n" : "</p>\n");
}

std::string html_mono(const std::string& text) {
  std::string html = "<span class=\"mono\">";
  for (const char c : text) html += html_text(std::string(1, c)) + (c == ';' || c == ',' || c == '/' ? "<wbr>" : "");
  return html + "</span>";
}

std::string picture_figure(const ReportPicture& picture) {
  if (picture.png.size() < 33 || picture.png.compare(1, 3, "PNG") != 0)
    return html_paragraph(picture.alt + ": the file cannot be read", "note");
  const std::string caption =
      picture.caption.empty() ? "" : "<figcaption>" + html_text(picture.caption) + "</figcaption>";
  const std::string image = image_tag(picture);
  return std::string("<figure class=\"") + (picture.rows.empty() ? "picture" : "sheet") +
         (picture.moving ? " moving\">" : "\">") +
         (picture.rows.empty() ? image : "<div class=\"rows\">" + row_names(picture.rows) + image + "</div>") +
         caption + "</figure>\n";
}

std::string table_html(const ReportTable& table) {
  std::string html = std::string("<table class=\"") + (table.plain ? "plain" : "numbers") + "\"><thead><tr>";
  for (const std::string& cell : table.head) html += "<th>" + cell + "</th>";
  html += "</tr></thead><tbody>\n";
  for (size_t i = 0; i < table.rows.size(); ++i) html += row_html(table, i);
  return html + "</tbody></table>\n";
}

std::string details_html(const std::string& summary, const std::string& body) {
  return "<details><summary>" + html_text(summary) + "</summary>\n" + body + "</details>\n";
}

std::string page_html(const ReportPage& page) {
  std::string html = head_html(page) + "<body>\n<header>\n<h1>" + html_text(page.title) + "</h1>\n" +
                     html_paragraph(page.subtitle, page.refresh_seconds > 0 ? "subtitle live" : "subtitle") +
                     tiles_html(page.tiles) + navigation(page.sections) + "</header>\n<main>\n";
  for (const ReportSection& section : page.sections)
    if (!section.body.empty())
      html += "<section id=\"" + section.id + "\">\n<h2>" + html_text(section.title) + "</h2>\n" + section.body +
              "</section>\n";
  return html + "</main>\n<footer>" + html_text(page.foot) + "</footer>\n</body>\n</html>\n";
}

}  // namespace centigan
