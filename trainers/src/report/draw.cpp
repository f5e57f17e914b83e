#include <ATen/ATen.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "centigan/core/image.h"
#include "centigan/core/random.h"
#include "centigan/core/text.h"
#include "centigan/metrics/nearest.h"
#include "centigan/metrics/pixel_vectors.h"
#include "centigan/models/drawing.h"
#include "centigan/models/eval_scope.h"
#include "centigan/trainers/report.h"
#include "sheet.h"

namespace centigan {
namespace {

constexpr int64_t kColumns = 8, kPaths = 4, kPathPoints = 9, kMostClasses = 16, kPairs = 8;
constexpr double kStrengths[] = {0, 0.25, 0.5, 0.7, 0.85, 1};

std::vector<uint64_t> first_seeds(int64_t count) {
  std::vector<uint64_t> seeds(static_cast<size_t>(count));
  std::iota(seeds.begin(), seeds.end(), uint64_t{0});
  return seeds;
}

// With the threads that are set, as sample sheets are drawn.
at::Tensor drawn(Generator& generator, torch::Device device, DrawRequest request) {
  request.noise = NoiseMode::kConst;
  return to_uint8(draw_pictures_as_set(generator, request, device));
}

// Cells of a size that a page can hold, `columns` a row.
std::string grid_png(const at::Tensor& pictures, int64_t columns) {
  std::vector<at::Tensor> cells;
  for (const at::Tensor& picture : pictures.unbind()) cells.push_back(shrunk(picture, kPageSide / 6, kPageSide / 6));
  return png_bytes(make_grid(at::stack(cells), columns));
}

ReportFigure truncation(Generator& generator, torch::Device device, int64_t images) {
  ReportFigure figure{"truncation", "", {}, "", images};
  std::vector<at::Tensor> rows;
  for (const double psi : kStrengths) {
    DrawRequest request = request_of_seeds(generator.shape(), first_seeds(kColumns));
    request.psi = psi;
    rows.push_back(drawn(generator, device, request));
    figure.rows.push_back(format_text("ψ %g", psi));
  }
  figure.png = grid_png(at::cat(rows), kColumns);
  figure.caption = "Seeds 0 to 7. At ψ = 0 all are the mean picture, at 1 nothing is held back.";
  if (generator.shape().c_dim > 0) figure.caption += " Seeds take the classes in turn.";
  return figure;
}

// Straight ways in W from one seed to the next, both of the first one's class.
ReportFigure interpolation(Generator& generator, torch::Device device, int64_t images) {
  const at::NoGradGuard no_grad;
  const EvalScope eval(generator);
  ReportFigure figure{"interpolation", "", {}, "", images};
  DrawRequest ends = request_of_seeds(generator.shape(), first_seeds(2 * kPaths));
  for (int64_t i = 0; ends.labels.defined() && i < kPaths; ++i) ends.labels[2 * i + 1].copy_(ends.labels[2 * i]);
  const at::Tensor c = ends.labels.defined() ? ends.labels.to(device) : at::Tensor();
  const at::Tensor ws = generator.mapping(ends.z.to(device), c).cpu();
  const at::Tensor t = at::linspace(0, 1, kPathPoints).reshape({-1, 1, 1});
  DrawRequest request;
  std::vector<at::Tensor> points;
  for (int64_t i = 0; i < kPaths; ++i) {
    points.push_back(ws[2 * i] + (ws[2 * i + 1] - ws[2 * i]) * t);
    figure.rows.push_back(format_text("%lld – %lld", static_cast<long long>(2 * i), static_cast<long long>(2 * i + 1)));
  }
  request.ws = at::cat(points);
  figure.png = grid_png(drawn(generator, device, request), kPathPoints);
  figure.caption = "Even steps between two seeds. A good generator changes smoothly; jumps are a sign of memorising.";
  return figure;
}

ReportFigure classes(Generator& generator, torch::Device device, int64_t images) {
  const int64_t all = generator.shape().c_dim, some = std::min(all, kMostClasses);
  ReportFigure figure{"classes", "", {}, "", images};
  std::vector<at::Tensor> rows;
  for (int64_t label = 0; label < some; ++label) {
    DrawRequest request = request_of_seeds(generator.shape(), first_seeds(kColumns));
    request.labels = at::one_hot(at::full({kColumns}, label, at::kLong), all).to(at::kFloat);
    rows.push_back(drawn(generator, device, request));
    figure.rows.push_back("class " + std::to_string(label));
  }
  figure.png = grid_png(at::cat(rows), kColumns);
  figure.caption = "Seeds 0 to 7 of " + (some < all ? "the first " + std::to_string(some) + " of " : "each of ") +
                   std::to_string(all) + " classes.";
  return figure;
}

// The picture of the data set, mirrored if that is what comes near.
at::Tensor as_it_is_near(const Dataset& training, int64_t index, const at::Tensor& fake, const at::Tensor& plain,
                         const at::Tensor& flipped) {
  const bool turned =
      (fake - flipped[index]).square().sum().item<double>() < (fake - plain[index]).square().sum().item<double>();
  return turned ? training.image(index).flip({2}) : training.image(index);
}

struct Side {
  at::Tensor fakes, plain, flipped;
  NearestTraining nearest;
  Side(const at::Tensor& of_fakes, const at::Tensor& train, const at::Tensor& mirrored)
      : fakes(of_fakes), plain(train), flipped(mirrored), nearest(nearest_training(train, of_fakes, mirrored)) {}
  at::Tensor picture(const Dataset& training, int64_t fake) const {
    return as_it_is_near(training, nearest.index[fake].item<int64_t>(), fakes[fake], plain, flipped);
  }
};

// Those that come nearest to copying, then some at random, each once.
std::vector<int64_t> shown_fakes(const NearestTraining& nearest, int64_t count) {
  const at::Tensor ratio = nearest.distance / nearest.own.index_select(0, nearest.index).clamp_min(1e-12);
  const at::Tensor closest = std::get<1>(ratio.sort());
  std::vector<int64_t> shown;
  const int64_t some = std::min(kPairs, count / 2);
  for (int64_t i = 0; i < some; ++i) shown.push_back(closest[i].item<int64_t>());
  const std::vector<int64_t> first = shown;
  for (const int64_t fake : RandomStream(0, "report/nearest").permutation(0, count))
    if (static_cast<int64_t>(shown.size()) < 2 * some && std::find(first.begin(), first.end(), fake) == first.end())
      shown.push_back(fake);
  return shown;
}

std::string nearest_caption(const NearestInput& input, bool by_pixels) {
  std::string by = input.of_fakes.defined() ? " by the features of " + input.network : "";
  if (by_pixels) by += by.empty() ? " by its pixels" : ", and by its pixels";
  return "Of " + std::to_string(input.fakes.size(0)) +
         " samples the 8 that come nearest to copying, in proportion to how far training pictures are from each "
         "other, and 8 at random. Below each its nearest training picture" +
         by + ", turned round where its mirror image is the nearest.";
}

at::Tensor of_one_kind(const at::Tensor& picture, int64_t channels) {
  return picture.size(0) == channels ? picture : picture.narrow(0, 0, 1).expand({channels, -1, -1});
}

}  // namespace

torch::Tensor report_samples(Generator& generator, torch::Device device, int64_t count) {
  return drawn(generator, device, request_of_seeds(generator.shape(), first_seeds(count)));
}

std::vector<ReportFigure> network_figures(Generator& generator, torch::Device device, int64_t images) {
  std::vector<ReportFigure> figures = {truncation(generator, device, images), interpolation(generator, device, images)};
  if (generator.shape().c_dim > 0) figures.push_back(classes(generator, device, images));
  return figures;
}

ReportFigure nearest_figure(const Dataset& training, const NearestInput& input, int64_t images) {
  std::vector<Side> sides;
  if (input.of_fakes.defined()) sides.emplace_back(input.of_fakes, input.train, input.flipped);
  const bool by_pixels = training.size() <= kMostByPixels;
  if (by_pixels) sides.emplace_back(pixel_vectors(input.fakes), pixel_vectors(training), pixel_vectors(training, true));
  if (sides.empty()) return {"nearest", "", {}, "", images};
  const std::vector<int64_t> shown = shown_fakes(sides.front().nearest, input.fakes.size(0));
  const int64_t columns = static_cast<int64_t>(shown.size()) / 2;
  ReportFigure figure{"nearest", "", {}, nearest_caption(input, by_pixels), images};
  std::vector<at::Tensor> cells;
  const auto add_row = [&](int64_t first, const std::string& name, const std::function<at::Tensor(int64_t)>& picture) {
    for (int64_t i = first; i < first + columns; ++i)
      cells.push_back(of_one_kind(picture(shown[static_cast<size_t>(i)]), input.fakes.size(1)));
    figure.rows.push_back(name);
  };
  for (const int64_t first : {int64_t{0}, columns}) {
    add_row(first, first == 0 ? "closest" : "at random", [&](int64_t fake) { return input.fakes[fake]; });
    for (size_t i = 0; i < sides.size(); ++i)
      add_row(first,
              sides.size() == 1 ? "nearest"
              : i == 0          ? "by features"
                                : "by pixels",
              [&](int64_t fake) { return sides[i].picture(training, fake); });
  }
  figure.png = grid_png(at::stack(cells), columns);
  return figure;
}

}  // namespace centigan
