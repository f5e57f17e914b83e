// A run's sample sheets as one animated picture.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace centigan {

// Which of `count` sheets an animation shows: all, or every 2nd, 4th, … and the last, at most `most`.
std::vector<size_t> thinned_sheets(size_t count, size_t most);

// Sample sheets of a run folder by the pictures seen that are in their names.
std::map<int64_t, std::string> sample_sheets(const std::string& folder);

// timelapse.png of a run folder. A function of the sheets alone, so a resumed run makes the same one.
class Timelapse {
 public:
  explicit Timelapse(std::string folder) : folder_(std::move(folder)) {}
  // Rebuilds it from the sheets fakesNNNNNNN.png of up to `images` pictures; a sheet is read once a process. Large
  // sheets are shown by the quarter at their top left, shrunk to at most 512 pixels a side.
  void update(int64_t images);

 private:
  std::string folder_;
  std::map<int64_t, std::string> frames_;  // PNG files by pictures seen; empty: not usable
};

}  // namespace centigan
