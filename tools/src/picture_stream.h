// Sets of pictures that are read or drawn piece by piece, so that 50,000 of them need no memory to speak of.
#pragma once
#include <torch/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "centigan/trainers/train.h"

namespace centigan {

// Classes by their names, as they can be printed, and the class of each picture. No names: no labels.
struct PictureClasses {
  std::vector<std::string> names;
  std::vector<int64_t> of;
};

class PictureStream {
 public:
  virtual ~PictureStream() = default;
  virtual int64_t count() const = 0;
  virtual std::string name(int64_t index) const = 0;
  // uint8 [C,H,W] each; an undefined one cannot be used, which was said.
  virtual std::vector<torch::Tensor> read(int64_t first, int64_t count) = 0;
  virtual std::string source() const = 0;                      // of the recipe: png, jpeg, mixed, gen8
  virtual std::string resolution() const { return "native"; }  // of the recipe
  virtual std::string contents() const { return ""; }          // SHA-256 that tells this set from others, for the cache
  virtual std::string fingerprint() const { return ""; }  // that of a data set; else one over names and pixels is made
  virtual PictureClasses classes() const { return {}; }   // labels that cannot be read: Error
};

// Pictures of a folder, an archive, CIFAR's files or a pack as decoded, in the order of metrics, at most `most` of them
// (0: all). A grid.png that `centigan generate` left there is not one of them. `strict`: a bad file is an Error, else
// it is named and skipped. No file at all: Error.
std::unique_ptr<PictureStream> folder_stream(const std::string& folder, int64_t most, bool strict);

// A run's training pictures as its networks saw them, and those it held out (null: none).
struct RunPictures {
  std::shared_ptr<PictureStream> training, held_out;
  std::shared_ptr<Dataset> data, unseen;  // the same as data sets
};
RunPictures run_pictures(const Run& run);

// Pictures drawn by a run with seeds first … first+count-1, rounded to 8 bits.
std::unique_ptr<PictureStream> drawn_stream(std::shared_ptr<Run> run, uint64_t first, int64_t count, double psi);

}  // namespace centigan
