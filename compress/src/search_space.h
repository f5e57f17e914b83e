// The architectures that a search may choose from: everything that fits into one elastic student.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "centigan/compress/budget.h"
#include "centigan/core/random.h"
#include "centigan/models/model.h"

namespace centigan {

// What may be chosen: a name ("width8", "convs16", "w_dim", "bits.b8_up") and its values, cheapest first.
struct Gene {
  std::string name;
  std::vector<int64_t> values;
};

// The index of the value of each gene.
using Genome = std::vector<int64_t>;

class SearchSpace {
 public:
  // Widths and w_dim from a quarter of the widest student's up, in multiples of `step`; convolutions a level from none
  // up; a constant first map instead of one that the style moves; 4, 6 or 8 bits a layer. `class_names` cost bytes.
  SearchSpace(const ModelConfig& widest, int64_t step, std::vector<std::string> class_names);

  const std::vector<Gene>& genes() const { return genes_; }
  Genome widest() const;
  Genome smallest() const { return Genome(genes_.size(), 0); }
  ModelConfig student(const Genome& genome) const;
  // The same with 8 bits everywhere: what the elastic student trains.
  ModelConfig floats(const Genome& genome) const;
  DeviceCost cost(const Genome& genome) const;
  // Every gene drawn evenly, by the element `index` of a stream.
  Genome random(const RandomStream& stream, int64_t index) const;

 private:
  void add(const std::string& name, std::vector<int64_t> values) { genes_.push_back({name, std::move(values)}); }

  ModelConfig widest_;
  std::vector<std::string> class_names_;
  std::vector<Gene> genes_;
};

}  // namespace centigan
