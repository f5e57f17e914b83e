#include "centigan/compress/search.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "centigan/compress/fit.h"
#include "centigan/core/clock.h"
#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/log.h"
#include "centigan/core/progress.h"
#include "centigan/core/signals.h"
#include "centigan/core/snapshot.h"
#include "centigan/core/text.h"
#include "centigan/trainers/distillation.h"
#include "centigan/trainers/pieces.h"
#include "distill_loop.h"
#include "elastic_judge.h"
#include "elastic_objective.h"
#include "evolution.h"
#include "search_log.h"
#include "search_tables.h"
#include "widest_shape.h"

namespace centigan {
namespace {

constexpr int64_t kStock = 1024;     // members to draw from while the elastic student is trained
constexpr int64_t kWidestEvery = 4;  // steps

void require_least(const std::string& key, int64_t value, int64_t least) {
  if (value < least)
    fail_usage("search", key, std::to_string(value) + " is too small", "at least " + std::to_string(least));
}

const SearchConfig& checked(const SearchConfig& config) {
  require_least("step", config.step, 1);
  require_least("members", config.members, 1);
  require_least("population", config.population, 4);
  require_least("generations", config.generations, 0);
  require_least("latents", config.latents, 8);
  return config;
}

// What a search has in common with the distillation that ends it.
DistillConfig distill_config(const SearchConfig& config) {
  DistillConfig d;
  d.from = config.from, d.out = config.out, d.student = config.student, d.resolution = config.resolution;
  d.terms = config.terms, d.budget = config.budget;
  d.kimg = config.kimg, d.float_kimg = config.float_kimg;
  d.batch = config.batch, d.float_batch = config.float_batch, d.lr = config.lr, d.float_lr = config.float_lr;
  d.seed = config.seed, d.threads = config.threads, d.pieces = config.pieces, d.device = config.device;
  return d;
}

// Before an hour of training.
void refuse_used_folder(const std::string& out) {
  namespace fs = std::filesystem;
  if (fs::exists(out) && !fs::exists(out + "/search.jsonl") && !(fs::is_directory(out) && fs::is_empty(out)))
    fail_usage("search", out, "is there already and holds no search", "use another --out");
}

// One call of search().
class Search {
 public:
  Search(const SearchConfig& config, const TrainOptions& options)
      : config_(checked(config)),
        options_(options),
        budget_(parse_budget(config.budget)),
        teacher_(open_run(config.from)),
        shape_(widest_shape(distill_config(config), teacher_)),
        space_(shape_.model, config.step, teacher_.class_names),
        elastic_folder_(config.elastic.empty() ? config.out + "-elastic" : config.elastic) {}

  SearchReport run() {
    refuse_what_cannot_be();
    if (options_.dry_run) return tell(space_table(space_, budget_)), report_;
    if (!ended_well(train_widest()) || !ended_well(train_elastic())) return report_;
    load_elastic();
    const std::vector<Candidate> all = judge_all();
    if (report_.end != TrainEnd::kFinished) return report_;
    tell(best_table(space_, all, budget_));
    finish(all.front());
    return report_;
  }

 private:
  uint64_t seed() const { return static_cast<uint64_t>(config_.seed); }

  void refuse_what_cannot_be() const {
    if (!budget_.limits())
      fail_usage("search", "budget", "names no limit", "for example --budget flash=512K,ram=128K,instructions=200M");
    if (affordable(space_, budget_).empty())
      fail_usage("search", "budget",
                 "even the smallest student needs " + over_budget(space_.cost(space_.smallest()), budget_),
                 "allow more, or begin with a smaller widest student (--student.widths)");
    refuse_used_folder(config_.out);
  }

  bool ended_well(TrainEnd end) {
    report_.end = end == TrainEnd::kAlreadyFinished ? TrainEnd::kFinished : end;
    return report_.end == TrainEnd::kFinished;
  }

  // The widest student where the teacher has no weights for it: a run of its own.
  TrainEnd train_widest() {
    if (shape_.start != "random") return TrainEnd::kFinished;
    DistillConfig d = distill_config(config_);
    d.batch = config_.float_batch, d.lr = config_.widest_lr;
    const auto make = [this](const TrainConfig& c, torch::Device device) {
      return distilled_student(c, teacher_, make_generator(c.model, seed()), device);
    };
    return train_with(distill_loop(d, shape_.model, config_.out + "-widest", config_.widest_kimg),
                      remaining_of(options_, begun_), make);
  }

  TrainEnd train_elastic() {
    DistillConfig d = distill_config(config_);
    d.batch = config_.float_batch, d.lr = config_.elastic_lr;
    d.terms.distribution = d.terms.adversarial = d.terms.w = 0.0;
    const auto make = [this](const TrainConfig& c, torch::Device device) {
      const auto elastic = first_elastic(c.model, has_checkpoint(elastic_folder_));
      elastic->widest()->to(device), elastic->shorts()->to(device);
      auto parts = distill_parts(c, teacher_, elastic->widest(), device);
      auto objective = make_elastic_distill(std::move(parts), elastic, members_of_step());
      return student_parts(teacher_, elastic->widest(), std::move(objective));
    };
    return train_with(distill_loop(d, shape_.model, elastic_folder_, config_.elastic_kimg),
                      remaining_of(options_, begun_), make);
  }

  // Some of a stock that just keep the budget; now and then the widest one, or one from anywhere.
  std::function<std::vector<ModelConfig>(int64_t)> members_of_step() {
    const auto anywhere = RandomStream(seed(), "members"), stocked = RandomStream(seed(), "members/budget");
    return [this, anywhere, stocked](int64_t step) {
      std::vector<ModelConfig> members;
      for (int64_t i = 0; i < config_.members; ++i)
        members.push_back(stocked_member(stocked.integer(step * config_.members + i, kStock)));
      if (step % kWidestEvery == 0) members.push_back(space_.floats(space_.widest()));
      if (step % kWidestEvery == kWidestEvery / 2) members.push_back(space_.floats(space_.random(anywhere, step)));
      return members;
    };
  }

  const ModelConfig& stocked_member(int64_t index) {
    const auto found = stock_.find(index);
    if (found != stock_.end()) return found->second;
    const RandomStream stream(seed(), "members/stock");
    return stock_[index] = space_.floats(random_affordable(space_, budget_, stream, index));
  }

  // `loaded`: its values come from a checkpoint.
  std::shared_ptr<Elastic> first_elastic(const ModelConfig& model, bool loaded) const {
    if (loaded) return std::make_shared<Elastic>(std::make_shared<LiteGenerator>(model, seed()), seed());
    Run widest = shape_.start == "random" ? open_run(config_.out + "-widest") : teacher_;
    auto& generator = dynamic_cast<LiteGenerator&>(*widest.generator);
    const bool own = shape_.start == "copy" || shape_.start == "random";
    if (own) return std::make_shared<Elastic>(Elastic::of(generator, seed()));
    return std::make_shared<Elastic>(Elastic::of(*cut_out_of(generator, shape_.start, model, seed()), seed()));
  }

  void load_elastic() {
    const Run run = open_run(elastic_folder_);
    const Snapshot snapshot = read_checkpoint(run.checkpoint);
    elastic_ = std::make_shared<Elastic>(std::dynamic_pointer_cast<LiteGenerator>(run.generator), seed());
    if (!elastic_->shorts()->units.empty()) load_module(*elastic_->shorts(), "short_ema/", snapshot, run.checkpoint);
    elastic_hash_ = state_hash(snapshot);
    device_ = pick_device(config_.device);
    elastic_->widest()->to(device_), elastic_->shorts()->to(device_), teacher_.generator->to(device_);
    if (teacher_.discriminator) teacher_.discriminator->to(device_);
    space_ = SearchSpace(run.config.model, config_.step, teacher_.class_names);
  }

  JsonFields settings() const {
    return {{"search", int64_t{1}},       {"elastic", elastic_hash_},
            {"budget", config_.budget},   {"step", config_.step},
            {"seed", config_.seed},       {"population", config_.population},
            {"latents", config_.latents}, {"perceptual", config_.perceptual}};
  }

  std::vector<Candidate> judge_all() {
    const auto eye = std::dynamic_pointer_cast<LayeredDiscriminator>(teacher_.discriminator);
    judge_ = std::make_unique<ElasticJudge>(*elastic_, *teacher_.generator, eye, config_.perceptual, seed(),
                                            config_.latents);
    SearchLog log(config_.out + "/search.jsonl", settings());
    PiecePool pool(device_.is_cpu() ? pick_threads(config_.threads, config_.population) : 1);
    const int64_t total = config_.population * (config_.generations + 1);
    Progress progress("searching", total, "students", options_.quiet, std::min(log.known(), total - 1));
    bool stopped = false;
    const auto all = evolve(
        space_, budget_, {config_.population, config_.generations, seed()},
        [&](std::vector<Candidate>& born) { return judge_some(born, log, pool, progress); }, stopped);
    progress.finish();
    if (stopped)
      tell({"search: stopped after " + std::to_string(report_.judged) + " students; the same command goes on"});
    return all;
  }

  // As many at once as there are threads, so that a signal is heard soon.
  bool judge_some(std::vector<Candidate>& born, SearchLog& log, PiecePool& pool, Progress& progress) {
    const auto count = static_cast<int64_t>(born.size());
    for (int64_t first = 0; first < count; first += pool.threads()) {
      if (must_stop()) return false;
      const int64_t some = std::min<int64_t>(pool.threads(), count - first);
      pool.run(some, [&](int64_t i) {
        Candidate& candidate = born[first + i];
        const ModelConfig student = space_.student(candidate.genome);
        const double* known = log.find(description(student));
        candidate.distance = known != nullptr ? *known : judge_->distance(student);
      });
      for (int64_t i = first; i < first + some; ++i) note(born[i], log);
      progress.update(report_.judged, format_text("best %.4f", best_));
    }
    return true;
  }

  void note(const Candidate& candidate, SearchLog& log) {
    const std::string student = description(space_.student(candidate.genome));
    if (log.find(student) == nullptr) log.add(student, candidate), ++judged_now_;
    best_ = report_.judged++ == 0 ? candidate.distance : std::min(best_, candidate.distance);
  }

  bool must_stop() {
    if (stop_requested()) report_.end = TrainEnd::kStopped;
    if (options_.max_steps > 0 && judged_now_ >= options_.max_steps) report_.end = TrainEnd::kStopped;
    if (options_.time_limit > 0 && clock_seconds() - begun_ > options_.time_limit) report_.end = TrainEnd::kTimeLimit;
    return report_.end == TrainEnd::kStopped || report_.end == TrainEnd::kTimeLimit;
  }

  void tell(const std::vector<std::string>& lines) const {
    if (options_.quiet) return;
    for (const std::string& line : lines) say(line);
  }

  // The winner's own training.
  void finish(const Candidate& winner) {
    report_.student = space_.student(winner.genome);
    report_.distance = winner.distance;
    DistillConfig d = distill_config(config_);
    d.student = report_.student.lite;
    d.resolution = report_.student.resolution;
    report_.trained = distill(d, remaining_of(options_, begun_), [this](const ModelConfig& m) { return start_of(m); });
    report_.end = report_.trained.end;
    if (report_.trained.file_bytes > 0)
      tell({"search: " + config_.out + ": " + std::to_string(report_.trained.file_bytes) + " bytes of file, " +
            std::to_string(winner.cost.flash) + " of flash, " + std::to_string(winner.cost.ram) + " of RAM, " +
            std::to_string(winner.cost.instructions) + " instructions a picture"});
  }

  // Cut out of the elastic student, or fitted to the teacher's maps: what is nearer to the teacher.
  std::shared_ptr<LiteGenerator> start_of(const ModelConfig& model) {
    const auto cut = elastic_->cut(model);
    if (!fit_obstacle(teacher_.config.model, model).empty()) return cut;
    teacher_.generator->to(torch::kCPU);
    const auto other = fitted(dynamic_cast<LiteGenerator&>(*teacher_.generator), model, seed());
    cut->to(device_), other->to(device_);
    const double of_cut = judge_->distance(*cut), of_fit = judge_->distance(*other);
    tell({format_text("the winner in floats: %.4f from the teacher as a member, %.4f as a fit; it starts as the ",
                      of_cut, of_fit) +
          (of_cut <= of_fit ? "member" : "fit")});
    return of_cut <= of_fit ? cut : other;
  }

  const SearchConfig& config_;
  const TrainOptions& options_;
  const double begun_ = clock_seconds();
  DeviceBudget budget_;
  Run teacher_;
  StudentShape shape_;
  SearchSpace space_;
  std::string elastic_folder_, elastic_hash_;
  std::map<int64_t, ModelConfig> stock_;
  std::shared_ptr<Elastic> elastic_;
  std::unique_ptr<ElasticJudge> judge_;
  torch::Device device_ = torch::kCPU;
  double best_ = 0;
  int64_t judged_now_ = 0;  // not found in the log
  SearchReport report_;
};

}  // namespace

SearchReport search(const SearchConfig& config, const TrainOptions& options) {
  return Search(config, options).run();
}

}  // namespace centigan
