// Every objective, method, family and preset goes on from a checkpoint, in objects of its own, bit for bit.
#include <functional>
#include <map>

#include "tiny.h"
#include "training.h"

namespace centigan {
namespace {

constexpr int64_t kSteps = 10, kStop = 5;  // R1 is due at steps 0 and 8; 5 is in the middle of a controller's interval

// A process of a run: networks, objective, optimizers and averages, at a step.
class Process {
 public:
  explicit Process(const TrainConfig& config)
      : config_(config), training_(config_, make_parts(config_, torch::kCPU), torch::kCPU) {}
  void run(int64_t from, int64_t to) {
    for (int64_t step = from; step < to; ++step) {
      const StepInfo info = training_.info(step);
      training_.begin(info);
      for (const Phase& phase : training_.phases())
        if (is_due(phase, info)) training_.apply(phase, training_.accumulate(phase, info), info);
      training_.end(info);
    }
  }
  Snapshot save(int64_t step) { return training_.save(step); }
  int64_t load(const std::string& path) { return training_.load(read_checkpoint(path), path); }

 private:
  TrainConfig config_;
  Training training_;
};

// A teacher, and a place for checkpoints.
const ScratchFolder& shared_folder() {
  static const ScratchFolder folder;
  return folder;
}

// The smileys in two folders.
const std::string& pictures_of_two_classes() {
  static std::string root;
  if (!root.empty()) return root;
  root = shared_folder() / "classes";
  int64_t i = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CENTIGAN_SOURCE_DIR "/samples/smileys")) {
    const std::string folder = root + (i++ % 2 == 0 ? "/even" : "/odd");
    std::filesystem::create_directories(folder);
    if (entry.path().extension() == ".png") std::filesystem::copy(entry.path(), folder);
  }
  return root;
}

// With classes where they are asked for.
std::string tiny_teacher(const std::string& family = "lite", int64_t classes = 0) {
  static std::map<std::string, std::string> runs;
  std::string& run = runs[family + std::to_string(classes)];
  if (!run.empty()) return run;
  run = shared_folder() / ("teacher" + family + std::to_string(classes));
  TrainConfig config = tiny_config(family, run, 2);
  config.model.classes = classes;
  if (classes > 0) config.data.path = pictures_of_two_classes();
  EXPECT_EQ(train(config, quiet()), TrainEnd::kFinished);
  return run;
}

using Change = std::function<void(TrainConfig&)>;

struct Case {
  std::string name, family;
  Change change;
  std::string precision = "float32";
  friend void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }
};

TrainConfig case_config(const Case& one) {
  TrainConfig c = tiny_config(one.family, "", kSteps);
  c.model.precision = one.precision;
  c.loss.r1_interval = 8;
  one.change(c);
  return c;
}

// Every tensor of both states, so that a failure names what differs.
std::string different_tensors(const Snapshot& a, const Snapshot& b) {
  std::string names;
  for (const auto& [name, tensor] : a.tensors)
    if (b.tensors.count(name) == 0 || !tensor.equal(b.tensor(name))) names += name + " ";
  return names;
}

void expect_exact(const TrainConfig& config) {
  Process straight(config);
  straight.run(0, kSteps);
  const Snapshot wanted = straight.save(kSteps);
  const std::string path = shared_folder() / "state.h5";
  {
    Process first(config);
    first.run(0, kStop);
    write_checkpoint(path, first.save(kStop), kStop);
  }
  Process second(config);
  const std::string fresh = state_hash(second.save(kStop));
  ASSERT_EQ(second.load(path), kStop);
  EXPECT_NE(state_hash(second.save(kStop)), fresh);
  EXPECT_EQ(state_hash(second.save(kStop)), state_hash(read_checkpoint(path)));
  second.run(kStop, kSteps);
  const Snapshot end = second.save(kSteps);
  EXPECT_EQ(state_hash(end), state_hash(wanted)) << different_tensors(end, wanted);
}

class EveryKind : public testing::TestWithParam<Case> {};

TEST_P(EveryKind, GoesOnBitForBit) {
  expect_exact(case_config(GetParam()));
}

const Change kPlain = [](TrainConfig&) {};
const Change kRelativistic = [](TrainConfig& c) { c.loss.objective = "relativistic"; };
const Change kHinge = [](TrainConfig& c) { c.loss.objective = "hinge"; };
const Change kBigGanAsPublished = [](TrainConfig& c) {
  kHinge(c), c.loss.joined = true, c.trainer.d_steps = 2, c.trainer.ema_buffers = true;
  c.trainer.augment = "translation,cutout", c.loss.cr = 10.0, c.loss.cr_augment = "flip,translation";
};
const Change kDistill = [](TrainConfig& c) { c.loss.objective = "distill", c.loss.teacher = tiny_teacher(); };
const Change kDistillTerms = [](TrainConfig& c) {
  kDistill(c);
  c.loss.distill.perceptual = 0.5, c.loss.distill.distribution = c.loss.distill.adversarial = 0.1,
  c.loss.distill.w = 1.0;
};
const Change kAda = [](TrainConfig& c) {
  c.trainer.augment = "ada:bgcfnc", c.trainer.adapt.mode = "policy", c.trainer.adapt.kimg = 0.05;
  c.trainer.adapt.start = 0.4;
};
const Change kAllMethods = [](TrainConfig& c) {
  c.loss.lecam = 0.1, c.loss.lecam_warmup = 3, c.loss.cr = c.loss.bcr = 1.0, c.loss.cr_augment = "translation";
  c.loss.zcr_d = 1.0, c.loss.zcr_g = 0.1, c.loss.augself = 0.1, c.loss.advaug = 0.5, c.loss.r2_gamma = 0.1;
  c.loss.chain = 2.0, c.loss.chain_target = -0.9, c.loss.apa = 0.6, c.loss.apa_kimg = 0.05, c.loss.apa_target = -0.9;
  c.trainer.adapt.mode = "step", c.trainer.adapt.kimg = 0.1, c.trainer.adapt.target = -0.9;
};

std::string case_name(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Objective, EveryKind,
                         testing::Values(Case{"Nonsaturating", "lite", kPlain},
                                         Case{"Relativistic", "lite", kRelativistic}, Case{"Hinge", "lite", kHinge},
                                         Case{"Distill", "lite", kDistill}, Case{"DistillTerms", "lite", kDistillTerms},
                                         Case{"DistillTermsBf16", "lite", kDistillTerms, "bf16"}),
                         case_name);

INSTANTIATE_TEST_SUITE_P(
    Family, EveryKind,
    testing::Values(Case{"StyleGan2", "stylegan2", kPlain}, Case{"BigGan", "biggan", kPlain},
                    Case{"BigGanBf16", "biggan", kBigGanAsPublished, "bf16"},
                    Case{"BigGanAsPublished", "biggan", kBigGanAsPublished},
                    Case{"BigGanAccumulates", "biggan",
                         [](TrainConfig& c) {
                           kBigGanAsPublished(c);
                           c.trainer.d_accumulations = 2, c.trainer.g_accumulations = 3;
                         }},
                    Case{"BigGanWithClasses", "biggan",
                         [](TrainConfig& c) {
                           kBigGanAsPublished(c);
                           c.data.path = pictures_of_two_classes(), c.model.classes = 2;
                           c.loss.fake_labels = "uniform", c.model.biggan.g_attn = "16";
                           c.model.biggan.g_ch = 8;
                         }},
                    Case{"StyleGan2TwoStepsOfD", "stylegan2",
                         [](TrainConfig& c) { c.trainer.d_steps = c.trainer.d_accumulations = 2; }},
                    Case{"LiteBf16", "lite", kPlain, "bf16"}, Case{"StyleGan2Bf16", "stylegan2", kPlain, "bf16"},
                    Case{"StyleGan2Frozen", "stylegan2", [](TrainConfig& c) { c.loss.freeze_d = 2; }},
                    Case{"StyleGan2EveryStep", "stylegan2",
                         [](TrainConfig& c) { c.loss.r1_interval = c.loss.pl_interval = 1; }},
                    Case{"StyleGan2DistilsLite", "stylegan2", kDistill},
                    Case{"LiteDistilsStyleGan2", "lite",
                         [](TrainConfig& c) { kDistillTerms(c), c.loss.teacher = tiny_teacher("stylegan2"); }},
                    Case{"LiteDistilsBigGanWithClasses", "lite",
                         [](TrainConfig& c) {
                           kDistillTerms(c), c.loss.teacher = tiny_teacher("biggan", 2);
                           c.loss.distill.distance = "moments", c.model.classes = 2, c.model.resolution = 16;
                           c.model.lite.z_dim = 16;
                         }}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Adapt, EveryKind,
    testing::Values(
        Case{"Policy", "lite", [](TrainConfig& c) { c.trainer.adapt.mode = "policy", c.trainer.adapt.kimg = 0.05; }},
        Case{"Step", "lite", [](TrainConfig& c) { c.trainer.adapt.mode = "step", c.trainer.adapt.kimg = 0.05; }},
        Case{"AdaLite", "lite", kAda}, Case{"AdaStyleGan2", "stylegan2", kAda}, Case{"AdaBigGan", "biggan", kAda}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Method, EveryKind,
    testing::Values(
        Case{"LeCam", "lite", [](TrainConfig& c) { c.loss.lecam = 0.3, c.loss.lecam_warmup = 2; }},
        Case{"LeCamOneSided", "lite",
             [](TrainConfig& c) { c.loss.lecam = 0.3, c.loss.lecam_warmup = 7, c.loss.lecam_onesided = true; }},
        Case{"Cr", "lite", [](TrainConfig& c) { c.loss.cr = 1.0; }},
        Case{"CrWithAPolicy", "lite", [](TrainConfig& c) { c.loss.cr = 1.0, c.loss.cr_augment = "color"; }},
        Case{"Bcr", "lite", [](TrainConfig& c) { c.loss.bcr = 1.0, c.loss.cr_augment = "cutout"; }},
        Case{"ZcrD", "lite", [](TrainConfig& c) { c.loss.zcr_d = 1.0; }},
        Case{"ZcrG", "lite", [](TrainConfig& c) { c.loss.zcr_g = 0.2; }},
        Case{"Apa", "lite", [](TrainConfig& c) { c.loss.apa = 0.6, c.loss.apa_kimg = 0.05, c.loss.apa_target = -0.9; }},
        Case{"AugSelf", "lite", [](TrainConfig& c) { c.loss.augself = 0.1; }},
        Case{"Chain", "lite", [](TrainConfig& c) { c.loss.chain = 2.0, c.loss.chain_target = -0.9; }},
        Case{"AdvAug", "lite", [](TrainConfig& c) { c.loss.advaug = 0.5; }},
        Case{"R2", "lite", [](TrainConfig& c) { c.loss.r2_gamma = 0.3; }},
        Case{"RelativisticR2EveryStep", "lite",
             [](TrainConfig& c) { kRelativistic(c), c.loss.r2_gamma = 0.3, c.loss.r1_interval = 1; }},
        Case{"All", "lite", kAllMethods},
        Case{"AllWithoutSharedFakes", "lite", [](TrainConfig& c) { kAllMethods(c), c.loss.share_fakes = false; }},
        Case{"AllStyleGan2", "stylegan2", kAllMethods}, Case{"AllStyleGan2Bf16", "stylegan2", kAllMethods, "bf16"},
        Case{"AllBigGan", "biggan", kAllMethods},
        Case{"AllBigGanAsPublished", "biggan",
             [](TrainConfig& c) { kBigGanAsPublished(c), kAllMethods(c), c.loss.g_ortho = c.loss.d_ortho = 1e-4; }}),
    case_name);

Case published_with(const std::string& name, const Change& method) {
  return {name, "biggan", [method](TrainConfig& c) { kBigGanAsPublished(c), c.loss.cr = 0.0, method(c); }};
}

INSTANTIATE_TEST_SUITE_P(
    BigGanWith, EveryKind,
    testing::Values(published_with("LeCam", [](TrainConfig& c) { c.loss.lecam = 0.3, c.loss.lecam_warmup = 7; }),
                    published_with("Bcr", [](TrainConfig& c) { c.loss.cr = c.loss.bcr = 10.0; }),
                    published_with("Zcr", [](TrainConfig& c) { c.loss.zcr_d = 5.0, c.loss.zcr_g = 0.5; }),
                    published_with("Apa",
                                   [](TrainConfig& c) {
                                     c.loss.apa = 0.6, c.loss.apa_kimg = 0.05, c.loss.apa_target = -0.9;
                                   }),
                    published_with("AugSelf", [](TrainConfig& c) { c.loss.augself = 1.0; }),
                    published_with("Chain", [](TrainConfig& c) { c.loss.chain = 20.0, c.loss.chain_target = -0.9; }),
                    published_with("AdvAug", [](TrainConfig& c) { c.loss.advaug = 1.0; }),
                    published_with("R1AndR2", [](TrainConfig& c) { c.loss.r1_gamma = c.loss.r2_gamma = 0.1; }),
                    published_with("PathLength", [](TrainConfig& c) { c.loss.pl_weight = 2.0; }),
                    published_with("Orthogonal", [](TrainConfig& c) { c.loss.g_ortho = c.loss.d_ortho = 1e-4; }),
                    published_with("NothingJoined", [](TrainConfig& c) { c.loss.joined = false; }),
                    published_with("AdaptiveAda", kAda)),
    case_name);

// A preset with its networks and its length made small.
class EveryPreset : public testing::TestWithParam<std::string> {};

TEST_P(EveryPreset, GoesOnBitForBit) {
  TrainConfig c;
  c.data.path = CENTIGAN_SOURCE_DIR "/samples/smileys";
  apply_preset(GetParam(), c);
  TrainConfig small = tiny_config(c.model.family, "", kSteps);
  small.loss = c.loss;
  const double lengths[] = {small.trainer.kimg, small.trainer.tick, small.trainer.save_every, small.trainer.grid_every};
  small.trainer = c.trainer;
  small.trainer.kimg = lengths[0], small.trainer.tick = lengths[1], small.trainer.save_every = lengths[2];
  small.trainer.grid_every = lengths[3];
  small.trainer.batch = 4, small.trainer.threads = 1;
  check_train_config(small);
  expect_exact(small);
}

INSTANTIATE_TEST_SUITE_P(Named, EveryPreset, testing::ValuesIn(preset_names()), [](const auto& info) {
  std::string name = info.param;
  name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
  return name;
});

}  // namespace
}  // namespace centigan
