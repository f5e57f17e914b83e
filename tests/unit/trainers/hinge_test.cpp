// BigGAN's training: several updates of D a step, one look at fakes and reals, labels, accumulation.
#include <torch/csrc/autograd/autograd.h>

#include "centigan/core/device.h"
#include "generator_pass.h"
#include "judge.h"
#include "method_toy.h"
#include "training.h"

namespace centigan {
namespace {

// Says how often it was asked, and about how many pictures. Scores are means of pixels.
class CountingDiscriminator final : public Discriminator {
 public:
  CountingDiscriminator() { a = register_parameter("a", at::ones({1})); }
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& c, bool) override {
    sizes.push_back(x.size(0)), labels.push_back(c);
    return a * x.mean({1, 2, 3}).unsqueeze(1);
  }
  torch::Tensor a;
  std::vector<int64_t> sizes;
  std::vector<torch::Tensor> labels;
};

struct HingeToy : MethodToy {
  HingeToy() { config.loss.objective = "hinge"; }
  void begin_hinge() {
    counting = std::make_shared<CountingDiscriminator>();
    objective = make_hinge({config, at::kCPU, generator, counting});
    objective->begin_step(info);
  }
  std::shared_ptr<CountingDiscriminator> counting;
};

std::vector<std::string> names_of(const std::vector<Phase>& phases) {
  std::vector<std::string> names;
  for (const Phase& phase : phases)
    names.push_back(phase.name + " " + std::to_string(phase.first_batch) + "+" + std::to_string(phase.batches));
  return names;
}

TEST(Hinge, UpdatesOfDComeFirstAndHaveBatchesOfTheirOwn) {
  HingeToy toy;
  toy.config.loss.r1_interval = toy.config.loss.pl_interval = 1;
  toy.config.trainer.d_steps = 3, toy.config.trainer.d_accumulations = 2, toy.config.trainer.g_accumulations = 4;
  toy.begin_hinge();
  EXPECT_EQ(names_of(toy.objective->phases()),
            (std::vector<std::string>{"Dmain 0+2", "Dmain.2 2+2", "Dmain.3 4+2", "Gmain 0+4"}));
  const StepInfo info = step_info(toy.config.trainer, 5);
  EXPECT_EQ(info.batch, 6 * toy.config.trainer.batch);
  EXPECT_EQ(info.images, 5 * info.batch);
  EXPECT_EQ(info.batches, 6);
  EXPECT_EQ(total_steps(toy.config.trainer), (300000 + info.batch - 1) / info.batch);
}

// Hinge of scores s: D takes mean max(0, 1 + fake) + mean max(0, 1 - real), G the negative mean.
TEST(Hinge, ByHand) {
  HingeToy toy;
  toy.batch.reals = at::tensor({-3.0, 0.5, 2.0, 1.5}, at::kFloat).view({4, 1, 1, 1}).expand({4, 3, 4, 4});
  toy.begin_hinge();
  const auto fake = toy.images(toy.z("D")).mean({1, 2, 3});
  EXPECT_NEAR(toy.loss("Dmain"), (1 + fake).clamp_min(0).mean().item<double>() + 4.5 / 4, 1e-6);
  EXPECT_NEAR(toy.loss("Gmain"), -toy.images(toy.z("G")).mean().item<double>(), 1e-6);
}

TEST(Hinge, OneLookAtAllPictures) {
  for (const bool joined : {false, true}) {
    HingeToy toy;
    toy.config.loss.joined = joined;
    toy.config.loss.cr = toy.config.loss.bcr = toy.config.loss.zcr_d = 1.0;
    toy.config.trainer.augment = "translation", toy.config.loss.cr_augment = "flip,translation";
    toy.begin_hinge();
    toy.loss("Dmain");
    EXPECT_EQ(toy.counting->sizes, joined ? std::vector<int64_t>{20} : std::vector<int64_t>(5, 4));
  }
}

// Apart or together, the same pictures have the same scores.
TEST(Hinge, JoiningChangesNoLossOfANetworkThatSeesPicturesApart) {
  double losses[2];
  for (const bool joined : {false, true}) {
    HingeToy toy;
    toy.config.loss.joined = joined;
    toy.config.loss.cr = toy.config.loss.bcr = toy.config.loss.zcr_d = toy.config.loss.lecam = 1.0;
    toy.config.trainer.augment = "translation", toy.config.loss.cr_augment = "flip,translation";
    toy.begin_hinge();
    losses[joined] = toy.loss("Dmain");
  }
  EXPECT_NEAR(losses[0], losses[1], 1e-5);
}

// The flip alone, and the draws behind it.
TEST(Hinge, SecondViewIsFlipped) {
  HingeToy toy;
  toy.config.loss.cr = 1.0, toy.config.loss.cr_augment = "flip";
  Judge judge({toy.config, at::kCPU, toy.generator, toy.discriminator});
  const View first = judge.view(toy.batch.reals, {}, "augment/real", toy.batch);
  const View second = judge.second_view(first, "real", toy.batch);
  const auto u = RandomStream(0, "augment/cr/real/flip").uniform(0, 4, 1);
  for (int64_t i = 0; i < 4; ++i)
    EXPECT_TRUE(
        second.shown.images[i].equal(u[i].item<float>() < 0.5f ? toy.batch.reals[i].flip({2}) : first.images[i]));
}

// One-hot rows of the classes, from a stream of their own; the labels of the data where that is asked for.
TEST(Hinge, LabelsOfFakes) {
  HingeToy toy;
  toy.generator = std::make_shared<ConstantGenerator>(1);
  toy.generator->set_classes(3);
  toy.batch.labels = at::eye(3).index_select(0, at::tensor({0, 0, 1, 2}, at::kLong));
  toy.config.loss.fake_labels = "uniform";
  const GeneratorPass uniform({toy.config, at::kCPU, toy.generator, toy.discriminator}, "D", 2);
  const auto classes = RandomStream(0, "labels/D").uniform(0, 4, 1).mul(3).to(at::kLong).flatten();
  EXPECT_TRUE(uniform.constants(toy.batch, toy.info).labels.equal(at::eye(3).index_select(0, classes)));
  PassOptions of_data;
  of_data.labels_of_data = true;
  EXPECT_TRUE(uniform.constants(toy.batch, toy.info, of_data).labels.equal(toy.batch.labels));
  toy.config.loss.fake_labels = "data";
  const GeneratorPass data({toy.config, at::kCPU, toy.generator, toy.discriminator}, "D", 2);
  EXPECT_TRUE(data.constants(toy.batch, toy.info).labels.equal(toy.batch.labels));
}

// Running means of scores move with every update of D, not once a step.
TEST(Hinge, LeCamFollowsEveryUpdate) {
  HingeToy toy;
  toy.config.loss.lecam = 1.0, toy.config.trainer.d_steps = 2, toy.info.batches = 2;
  toy.begin_hinge();
  std::map<std::string, double> values[2];
  for (int64_t i = 0; i < 2; ++i) {
    toy.batch.piece = i, toy.batch.first = 4 * i;
    toy.batch.reals = at::full({4, 3, 4, 4}, 1.0 + i);
    const Phase phase = toy.objective->phases()[i];
    toy.objective->accumulate(phase, toy.batch, toy.stats), toy.objective->end_phase(phase);
    toy.objective->report(values[i]);
  }
  EXPECT_NEAR(values[0]["Loss/lecam/real"], 1.0, 1e-6);
  EXPECT_NEAR(values[1]["Loss/lecam/real"], 1.01, 1e-6);
}

std::string hash_after_two_steps(const TrainConfig& config) {
  Training training(config, make_parts(config, at::kCPU), at::kCPU);
  for (int64_t step = 0; step < 2; ++step) {
    const StepInfo info = training.info(step);
    training.begin(info);
    for (const Phase& phase : training.phases()) training.apply(phase, training.accumulate(phase, info), info);
    training.end(info);
  }
  Snapshot state = training.save(2);
  state.tensors.erase("counters/pieces");
  return state_hash(state);
}

// Two batches of four are what two pieces of eight are: one update from the mean of both.
TEST(Accumulation, IsThePiecesOfALargerBatch) {
  TrainConfig pieces = tiny_config("lite", ""), batches = pieces;
  for (TrainConfig* c : {&pieces, &batches}) c->loss.objective = "hinge", c->loss.share_fakes = false;
  pieces.trainer.batch = 8, pieces.trainer.pieces = 2;
  batches.trainer.batch = 4, batches.trainer.pieces = 1;
  batches.trainer.d_accumulations = batches.trainer.g_accumulations = 2;
  EXPECT_EQ(hash_after_two_steps(batches), hash_after_two_steps(pieces));
  batches.trainer.g_accumulations = 1;
  EXPECT_NE(hash_after_two_steps(batches), hash_after_two_steps(pieces));
}

// Without any augmentation both views of a real are the same, in one call of D.
TEST(BigGanTraining, ConsistencyOfEqualViewsIsExactlyZero) {
  TrainConfig config = tiny_config("biggan", "");
  config.loss.objective = "hinge", config.loss.joined = true, config.loss.cr = 10.0;
  config.trainer.augment = "", config.trainer.d_steps = 2;
  Training training(config, make_parts(config, at::kCPU), at::kCPU);
  const StepInfo info = training.info(0);
  training.begin(info);
  for (const Phase& phase : training.phases()) training.apply(phase, training.accumulate(phase, info), info);
  EXPECT_EQ(training.stats().take().at("Loss/cr"), 0.0);
}

// Its operators share the threads, and round as many do.
TEST(BigGanTraining, AnotherNumberOfThreadsIsToldOf) {
  if (hardware_threads() < 2) GTEST_SKIP() << "one core";
  const ScratchFolder folder;
  TrainConfig config = tiny_config("biggan", folder / "run", 4);
  config.trainer.threads = 2;
  ASSERT_EQ(train(config, quiet(2)), TrainEnd::kStopped);
  config.trainer.threads = 1;
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_HAS(slurp(config.out + "/log.txt"), "2 threads an operator: not exact from here on");
}

TEST(Presets, BigGanAsPublished) {
  const std::pair<const char*, double> lengths[] = {
      {"biggan-cifar", 50000}, {"biggan-cifar-20pct", 50000}, {"biggan-cifar-10pct", 25000}};
  for (const auto& [name, kimg] : lengths) {
    TrainConfig c;
    apply_preset(name, c);
    c.data.path = "x";
    check_train_config(c);
    EXPECT_EQ(c.preset, name);
    EXPECT_EQ(c.trainer.kimg, kimg);
    EXPECT_EQ(pictures_a_step(c.trainer), 200);
    EXPECT_EQ(c.trainer.augment, "translation,cutout");
    StepInfo info = step_info(c.trainer, 999);
    EXPECT_EQ(ema_beta(c.trainer, info), 0.0);
    info = step_info(c.trainer, 1000);
    EXPECT_NEAR(ema_beta(c.trainer, info), 0.9999, 1e-8);
    EXPECT_TRUE(c.trainer.ema_buffers && c.loss.joined && c.data.mirror);
    EXPECT_EQ(c.trainer.d_opt.lr.at(0), 0.0002);
    EXPECT_EQ(c.trainer.d_opt.beta2, 0.999);
    EXPECT_EQ(c.loss.fake_labels, "uniform");
    int64_t g = 0;
    for (const auto& parameter : make_generator(c.model, 1)->parameters()) g += parameter.numel();
    EXPECT_EQ(g, 4304387);
  }
}

}  // namespace
}  // namespace centigan
