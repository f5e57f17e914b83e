// Uses the installed package: draws with a named random stream, and augments a picture differentiably.
#include <ATen/ATen.h>
#include <centigan/core/random.h>
#include <centigan/diffaug/augmentation.h>

#include <cstdio>

int main() {
  const auto augmentation = centigan::make_augmentation("translation,cutout");
  const auto draws = centigan::RandomStream(7, "consumer").uniform(0, 2, augmentation->draws());
  const auto picture = at::ones({2, 3, 16, 16}).set_requires_grad(true);
  const auto changed = augmentation->apply(picture, draws);
  changed.sum().backward();
  const bool good = changed.sizes() == picture.sizes() && changed.sum().item<float>() < picture.sum().item<float>() &&
                    picture.grad().sum().item<float>() == changed.sum().item<float>();
  std::printf("consumer: %s gives %s\n", augmentation->text().c_str(), good ? "pictures and a gradient" : "nonsense");
  return good ? 0 : 1;
}
