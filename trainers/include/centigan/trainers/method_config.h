// Settings of methods on top of a GAN's objective (docs/methods.md). All are off unless a weight is given.
#pragma once
#include <cstdint>
#include <string>

#include "centigan/core/config.h"

namespace centigan {

struct MethodConfig {
  double lecam = 0.0;  // weight; 0.3 is published for the hinge loss, 0.01 to 0.3 are worth trying here
  bool lecam_onesided = false;
  double lecam_decay = 0.99;
  int64_t lecam_warmup = 1000;
  double cr = 0.0, bcr = 0.0;  // weights on reals and on fakes; 10 is published for the hinge loss
  std::string cr_augment;
  double zcr_d = 0.0, zcr_g = 0.0, zcr_sigma = 0.05;
  double zcr_cap = 0.01;  // ours: the published term is unbounded below
  double apa = 0.0, apa_target = 0.6, apa_kimg = 100.0;
  double augself = 0.0;
  double chain = 0.0, chain_target = 0.5;
  double advaug = 0.0, advaug_eta = 0.01;
  double r2_gamma = -1.0;
};

inline void visit(ConfigVisitor& v, MethodConfig& c) {
  v.field("lecam", c.lecam, "Weight of LeCam: scores are pulled to the running mean of the other side; 0 is off.");
  v.field("lecam_onesided", c.lecam_onesided, "LeCam only where a score is beyond the other side's mean.");
  v.field("lecam_decay", c.lecam_decay, "Decay of LeCam's running means of scores.");
  v.field("lecam_warmup", c.lecam_warmup, "Steps before LeCam acts.");
  v.field("cr", c.cr, "Weight of consistency on reals: D scores two views of a picture alike; 0 is off.");
  v.field("bcr", c.bcr, "Weight of consistency on fakes (bCR); 0 is off.");
  v.field("cr_augment", c.cr_augment,
          "Policy of the second view, on top of trainer.augment; flip may come first; empty: the plain picture.");
  v.field("zcr_d", c.zcr_d, "Weight of latent consistency in D (zCR): near latents score alike; 0 is off.");
  v.field("zcr_g", c.zcr_g, "Weight of latent consistency in G (zCR): near latents look different; 0 is off.");
  v.field("zcr_sigma", c.zcr_sigma, "Standard deviation of the step to a near latent.");
  v.field("zcr_cap", c.zcr_cap, "Mean square difference of pictures above which zcr_g rewards nothing more.");
  v.field("apa", c.apa, "APA: largest share of reals that fakes replace, steered like trainer.adapt; 0 is off.");
  v.field("apa_target", c.apa_target, "Mean sign of D's scores on the real side that APA steers to.");
  v.field("apa_kimg", c.apa_kimg, "Thousands of pictures in which APA's share can travel from 0 to 1.");
  v.field("augself", c.augself, "Weight of AugSelf: a head on D tells how pictures were augmented; 0 is off.");
  v.field("chain", c.chain, "Weight of CHAIN's mean penalty, which also turns its normalisation of D on; 0 is off.");
  v.field("chain_target", c.chain_target, "Mean sign of D's scores of reals that CHAIN's probability is steered to.");
  v.field("advaug", c.advaug, "Weight of the loss on features moved against it (AdvAug), in D and G; 0 is off.");
  v.field("advaug_eta", c.advaug_eta, "Step of AdvAug in units of the features.");
  v.field("r2_gamma", c.r2_gamma, "R1's twin on fakes (R2); -1 is r1_gamma with relativistic and off elsewhere.");
}

}  // namespace centigan
