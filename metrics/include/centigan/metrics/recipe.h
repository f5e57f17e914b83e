// The text that travels with every number: what was measured, how, and on what.
#pragma once
#include <cstdint>
#include <string>

namespace centigan {

// name[extractor/hash8;rs=…;n=REAL:FAKE;ref=…;src=REAL:FAKE;res=…;ddof=1;seed=…;psi=…;ema=…;v=1]=value
struct Recipe {
  std::string metric = "FID";                             // with its parameters: "precision(k=3)"
  std::string extractor = "inception-2015-12-05";         // FeatureExtractor::name()
  std::string hash;                                       // first 8 digits of the weights hash
  std::string resize = "tf1";                             // tf1, hp, aa, clean, none
  int64_t real_count = 0, fake_count = 0;                 // -1: not known, printed as ?
  std::string reference = "train";                        // train, holdout
  std::string real_source = "png", fake_source = "gen8";  // png, jpeg, mixed; gen8: rounded to 8 bit, never a file
  std::string resolution = "native";                      // WxH, native
  int64_t ddof = 1;
  int64_t seed = 0;
  double psi = 1.0;
  bool ema = true;
  double value = 0.0;
};

// One line; numbers with six significant digits.
std::string recipe_text(const Recipe& recipe);

// The inverse, strict: recipe_text(parse_recipe(t)) == t, anything else is an Error that shows the text.
Recipe parse_recipe(const std::string& text);

// The name in JSON lines: "FID" -> "fid", "precision(k=3)" -> "precision".
std::string metric_key(const std::string& metric);

// Whether two numbers may be compared: everything but seed and value is equal.
bool comparable(const Recipe& a, const Recipe& b);

// "FID" for the FID network, else "FD-" and the extractor's name: the reserved name needs the known weights.
std::string frechet_label(const std::string& extractor);

// A name for what would be called `reserved` ("FID", "KID", …) with the known network: "FD-…", "KD-…", else "IS-…".
std::string foreign_label(const std::string& reserved, const std::string& extractor);

}  // namespace centigan
