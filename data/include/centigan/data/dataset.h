// Pictures for training and measuring.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "centigan/core/config.h"
#include "centigan/data/picture.h"

namespace centigan {

struct DataConfig {
  std::string path;
  std::string fit = "crop";           // crop, pad, stretch
  std::string resize_filter = "box";  // box, lanczos
  std::string alpha = "white";        // white, black, #rrggbb, premultiply
  std::string exif = "ignore";        // ignore, rotate
  bool mirror = false;
  std::string subset;           // which pictures are used: count, share (25%) or file of names; empty: all
  std::string holdout;          // which of these are never trained on, likewise; empty: none
  int64_t split_seed = 0;       // draws both
  std::string labels = "auto";  // auto, none, folders, coarse, or a JSON file
  bool balance = false;         // every class equally often
  int64_t memory = 1024;        // MiB; a pack that is larger is read while it is trained on
  bool strict = false;
  int64_t max_pixels = 64 << 20;
};

inline void visit(ConfigVisitor& v, DataConfig& c) {
  v.field("path", c.path, "Folder or ZIP archive of PNG, JPEG and BMP pictures, CIFAR's .bin files, or a pack.");
  v.field("fit", c.fit, "How a picture gets the shape of the others: crop (the centre), pad or stretch.");
  v.field("resize_filter", c.resize_filter, "Filter that shrinks and enlarges: box or lanczos.");
  v.field("alpha", c.alpha, "Background under transparent pictures: white, black, #rrggbb or premultiply.");
  v.field("exif", c.exif, "Rotation flags of JPEG files: ignore or rotate.");
  v.field("mirror", c.mirror, "Flip half of the pictures left to right.");
  v.field("subset", c.subset,
          "Pictures to use: a count, a share such as 25% or 0.25, or a file of names; empty is all.");
  v.field("holdout", c.holdout,
          "Pictures held out: never trained on, but scored at every tick; a count, a share such as 10%, or a file of "
          "names.");
  v.field("split_seed", c.split_seed, "Seed that draws subset and holdout.");
  v.field("labels", c.labels,
          "Classes: auto (of the format, dataset.json, or sub-folders), none, folders, coarse (CIFAR-100), or a JSON "
          "file.");
  v.field("balance", c.balance, "Show every class equally often, however many pictures it has.");
  v.field("memory", c.memory,
          "Largest pack, in MiB, that is held in memory; others are read while they are trained on.");
  v.field("strict", c.strict, "Stop at the first bad file instead of skipping it.");
  v.field("max_pixels", c.max_pixels, "Largest picture that is decoded, in pixels.");
}

class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual int64_t size() const = 0;
  virtual int64_t channels() const = 0;
  virtual int64_t height() const = 0;
  virtual int64_t width() const = 0;
  virtual int64_t classes() const = 0;                          // 0: no labels
  virtual torch::Tensor image(int64_t index) const = 0;         // uint8 [C,H,W], not mirrored
  virtual int64_t label(int64_t index) const = 0;               // 0 without labels
  virtual std::string name(int64_t index) const = 0;            // path below the folder
  virtual std::string fingerprint() const = 0;                  // SHA-256 over names, pixels and labels
  virtual std::vector<std::string> class_names() const;         // "0", "1", … where they have no names
  virtual std::string pixel_hash(int64_t) const { return ""; }  // SHA-256 of image(i), if known unread
  virtual bool streams() const { return false; }                // image(i) reads a file; for any thread
};

// What was met while opening, for log and summary.
struct DataReport {
  int64_t used = 0;
  std::vector<std::pair<std::string, std::string>> skipped;  // name (escaped), reason
  std::vector<std::string> warnings;                         // one sentence each
  std::vector<std::string> notes;                            // what was chosen, one sentence each
};

// uint8 [C,H,W] with its own memory.
torch::Tensor picture_planes(const Picture& picture);

// Opens the folder and decodes everything once, at `size` with `channels` channels; keeps config.subset. Order: metrics
// rule (names by byte; if every name is digits before its extension, by number). Fewer than 2 usable pictures, an
// unreadable folder, a bad file under strict: Error.
std::shared_ptr<Dataset> open_dataset(const DataConfig& config, PictureSize size, int64_t channels,
                                      DataReport* report = nullptr);

// A network with `classes` classes can be trained on it. Another number of classes, none: usage error; a class without
// a picture: Error that names it.
void require_classes(const Dataset& dataset, int64_t classes);

// All pictures as one tensor uint8 [N,C,H,W].
torch::Tensor all_images(const Dataset& dataset);

// A folder's pictures at their own sizes, uint8 [3,H,W] each, as decoded (for metrics between folders).
std::vector<torch::Tensor> native_images(const DataConfig& config, DataReport* report = nullptr);

// A data set in two: what is trained on, and what is held out (null: nothing). `training` behaves as a folder that
// holds only its pictures. Both keep the pictures of `all` alive.
struct DataSplit {
  std::shared_ptr<Dataset> training, holdout;
};
// By config.holdout. Fewer than 2 pictures left, names that are not there: usage error.
DataSplit split_holdout(std::shared_ptr<Dataset> all, const DataConfig& config, DataReport* report = nullptr);

// The names of a data set, one a line, as `subset` and `holdout` take them.
std::string picture_list(const Dataset& dataset);

// Endless seeded order: item i is a function of (seed, i). Each epoch is a permutation; `balance` gives all classes in
// turn, in another order each time, and of each class one picture after the other of permutations of its own. With
// `mirror` half are flipped. Refers to the dataset. For one thread; a dataset that streams() is read ahead by another.
class Sampler {
 public:
  Sampler(const Dataset& dataset, uint64_t seed, bool mirror, bool balance = false);
  ~Sampler();
  // Items first … first+count-1 as float32 [count,C,H,W] in [-1,1] (x / 127.5 - 1); labels int64 [count].
  torch::Tensor images(int64_t first, int64_t count) const;
  torch::Tensor labels(int64_t first, int64_t count) const;

 private:
  struct Item {
    int64_t index;
    bool flip;
  };
  class Order;
  class ReadAhead;
  Item item(int64_t i) const;
  torch::Tensor image(int64_t i, int64_t index) const;
  const Dataset& dataset_;
  uint64_t seed_;
  bool mirror_;
  std::unique_ptr<Order> order_;
  std::unique_ptr<ReadAhead> ahead_;  // null: the dataset is in memory
};

}  // namespace centigan
