// What becomes of weights: penalties, clipping, and the optimizer's step.
#pragma once

#include "products.h"

namespace {

// g with the slope of the penalties, whose sum `total` grows by those of these weights.
INLINE Floats penalised(const Weights& w, Floats x, Floats g, Floats& total) {
  total += w.l1 * magnitude(x) + w.l2 * x * x;
  return g + w.l1 * sign(x) + 2.f * w.l2 * x;
}

float add_penalty(const Weights& w) {
  Floats total = all(0.f);
  for (int i = 0; i < w.size; i += LANES) store(w.gradient + i, penalised(w, load(w.value + i), load(w.gradient + i), total));
  return sum(total);
}

float squares(const Weights& w) {
  Floats total = all(0.f);
  for (int i = 0; i < w.size; i += LANES) total += load(w.gradient + i) * load(w.gradient + i);
  return sum(total);
}

inline float factor_for(float square, float most) {
  const float norm = std::sqrt(square);
  return norm > most ? most / std::fmax(norm, 1e-30f) : 1.f;
}

// One optimizer's step; `move(w, i, x, g)` is what becomes of the weights x at i whose gradient is g.
struct Step {
  OptimizerForm form;
  OptimizerNumbers n;
  float rate;
  int count;  // of steps, this one too

  INLINE Floats prepared(Floats g) const {
    return form.clip == VALUE ? pick(g > n.bound, all(n.bound), pick(g < -n.bound, all(-n.bound), g)) : g;
  }
  INLINE Floats decayed(Floats x) const { return form.has_decay ? x - x * n.decay * rate : x; }
};

struct SgdStep : Step {
  explicit SgdStep(const Step& step) : Step(step) {}
  INLINE Floats move(const Weights& w, size_t i, Floats x, Floats g) const {
    if (!form.has_momentum) return x - rate * g;
    const Floats m = n.momentum * load(w.slots[0] + i) - rate * g;
    store(w.slots[0] + i, m);
    return form.is_nesterov ? x + n.momentum * m - rate * g : x + m;
  }
};

struct RmspropStep : Step {
  explicit RmspropStep(const Step& step) : Step(step) {}
  INLINE Floats move(const Weights& w, size_t i, Floats x, Floats g) const {
    const Floats s = n.first * load(w.slots[0] + i) + (1.f - n.first) * g * g;
    store(w.slots[0] + i, s);
    Floats change = pick(g == 0.f, g, rate * g * inverse_root(s + n.epsilon));
    if (form.has_momentum) {
      change = n.momentum * load(w.slots[1] + i) + change;
      store(w.slots[1] + i, change);
    }
    return x - change;
  }
};

struct AdagradStep : Step {
  explicit AdagradStep(const Step& step) : Step(step) {}
  INLINE Floats move(const Weights& w, size_t i, Floats x, Floats g) const {
    const Floats s = load(w.slots[0] + i) + g * g;
    store(w.slots[0] + i, s);
    return x - pick(g == 0.f, g, rate * g * inverse_root(s + n.epsilon));
  }
};

struct AdamStep : Step {
  float now;
  explicit AdamStep(const Step& step) : Step(step) {
    const float t = (float)count;
    now = rate * std::sqrt(1.f - std::pow(n.second, t)) / (1.f - std::pow(n.first, t));
  }
  INLINE Floats move(const Weights& w, size_t i, Floats x, Floats g) const {
    const Floats m0 = load(w.slots[0] + i), v0 = load(w.slots[1] + i);
    const Floats m = m0 + (g - m0) * (1.f - n.first), v = v0 + (g * g - v0) * (1.f - n.second);
    store(w.slots[0] + i, m);
    store(w.slots[1] + i, v);
    const Floats spread = pick(v == 0.f, v, v * inverse_root(v));
    return x - pick(m == 0.f, m, quotient(now * m, spread + n.epsilon));
  }
};

template <class Function>
void with_step(const Step& step, Function function) {
  switch (step.form.kind) {
    case SGD:
      return function(SgdStep(step));
    case RMSPROP:
      return function(RmspropStep(step));
    case ADAGRAD:
      return function(AdagradStep(step));
    default:
      return function(AdamStep(step));
  }
}

// The step of an array whose gradient is there.
void move(const Weights& w, const Step& step, float scale) {
  with_step(step, [&](const auto& own) {
    for (int i = 0; i < w.size; i += LANES) {
      const Floats g = own.prepared(load(w.gradient + i) * scale);
      store(w.value + i, own.move(w, i, own.decayed(load(w.value + i)), g));
    }
  });
}

// The gradient of a kernel, and in the same pass its step: nothing that is as large as the weights is written twice.
float learn(const Weights& w, const float* a, int batch, int count, const float* e, const Step& step) {
  Floats penalty = all(0.f);
  with_step(step, [&](const auto& own) {
    gradient_product(w, a, batch, count, e, [&](size_t i, Floats g) __attribute__((always_inline)) {
      const Floats x = load(w.value + i);
      if (w.is_penalised) g = penalised(w, x, g, penalty);
      store(w.value + i, own.move(w, i, own.decayed(x), own.prepared(g)));
    });
  });
  return sum(penalty);
}

int slots_of(const OptimizerForm& form) {
  const int momentum = form.has_momentum ? 1 : 0;
  return form.kind == ADAM ? 2 : form.kind == SGD ? momentum : 1 + (form.kind == RMSPROP ? momentum : 0);
}

}  // namespace
