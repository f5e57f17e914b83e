#include "centigan/diffaug/augmentation.h"

#include "centigan/core/error.h"
#include "diffaug_cases.h"

namespace centigan {
namespace {

using torch::Tensor;

TEST(Augmentation, RunsItsPolicy) {
  const auto augmentation = make_augmentation("color,translation,cutout");
  EXPECT_EQ(augmentation->text(), "color,translation,cutout");
  ASSERT_EQ(augmentation->draws(), 7);
  const Tensor x = golden_picture(), u = draws(2, 7);
  EXPECT_TRUE(augmentation->apply(x, u).equal(diffaug(x, u, "color,translation,cutout")));
}

TEST(Augmentation, EmptyPolicyCopies) {
  const auto augmentation = make_augmentation("");
  const Tensor x = golden_picture(), y = augmentation->apply(x, torch::empty({2, 0}));
  EXPECT_EQ(augmentation->draws(), 0);
  EXPECT_TRUE(y.equal(x) && !y.is_alias_of(x));
}

TEST(Augmentation, BadPolicyIsAUsageError) {
  try {
    make_augmentation("color,tranlation");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_STREQ(
        error.what(),
        "diffaug: policy 'color,tranlation': no step is called 'tranlation'\n  hint: did you mean translation?");
  }
}

}  // namespace
}  // namespace centigan
