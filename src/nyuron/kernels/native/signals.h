// What happens to signals between the products: dropout, activations, losses.
#pragma once

#include "weights.h"

namespace {

// Random numbers: those of jax.random with threefry keys.

struct Key {
  uint32_t a, b;
};

template <class T>
inline void threefry(Key key, T& x, T& y) {
  const uint32_t keys[3] = {key.a, key.b, key.a ^ key.b ^ 0x1BD11BDAu};
  const int turns[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
  x += keys[0];
  y += keys[1];
  for (uint32_t i = 0; i < 5; ++i) {
    for (int j = 0; j < 4; ++j) {
      const int turn = turns[i % 2][j];
      x += y;
      y = (y << turn) | (y >> (32 - turn));
      y ^= x;
    }
    x += keys[(i + 1) % 3];
    y += keys[(i + 2) % 3] + i + 1;
  }
}

inline Key fold(Key key, uint32_t index) {
  uint32_t x = 0, y = index;
  threefry(key, x, y);
  return {x, y};
}

// For each value of (count, features) what dropout multiplies it by: 0 or 1 / (1 − rate); see `keeps`.
void draw_dropout(Key key, float rate, int count, int features, int batch, uint32_t* words, float* plain, float* factor) {
  const int values = count * features, needed = (values + 1) / 2, even = needed + needed % 2, half = even / 2;
  for (int i = 0; i < half; i += 16) {
    Words x, y;
    for (int j = 0; j < 16; ++j) {
      x[j] = i + j;
      y[j] = half + i + j;
    }
    threefry(key, x, y);
    // The second half is written after the first, whose last vector may reach into it.
    *reinterpret_cast<Words*>(words + i) = x;
    *reinterpret_cast<Words*>(words + even + 16 + i) = y;
  }
  std::memmove(words + half, words + even + 16, (size_t)half * sizeof(uint32_t));
  const int32_t least = (int32_t)std::nearbyint(rate * 65536.f);
  const float share = 1.f - rate, kept = share > 0.f ? 1.f / share : 1.f;
  for (int half = 0; half < 2; ++half)
    for (int e = 0; e < needed; e += LANES) {
      const Ints bits = *reinterpret_cast<const Ints*>(words + e);
      store(plain + half * needed + e, pick(((half ? bits : bits >> 16) & 0xffff) >= least, all(kept), all(0.f)));
    }
  turn([&](int b) __attribute__((always_inline)) { return plain + (size_t)b * features; }, count, features, factor, batch);
}

// Activations: y in place of z, and dy/dz.

template <class Function>
inline void each(float* z, float* slope, int size, Function function) {
  for (int i = 0; i < size; i += LANES) {
    Floats s, y = function(load(z + i), s);
    store(z + i, y);
    if (slope) store(slope + i, s);
  }
}

void activate(int activation, float number, float* z, float* slope, int size) {
  constexpr float SCALE = 1.0507009873554804934193349852946f, ALPHA = 1.6732632423543772848170429916717f;
  const Floats one = all(1.f), none = all(0.f);
  switch (activation) {
    case RELU:
      // NaN stays NaN.
      return each(z, slope, size, [&](Floats x, Floats& s) { return s = pick(x > 0.f, one, none), pick(x <= 0.f, none, x); });
    case LEAKY_RELU:
      return each(z, slope, size, [&](Floats x, Floats& s) { return s = pick(x >= 0.f, one, all(number)), x * s; });
    case SIGMOID:
      return each(z, slope, size, [&](Floats x, Floats& s) { return x = logistic(x), s = x * (1.f - x), x; });
    case TANH:
      return each(z, slope, size, [&](Floats x, Floats& s) { return x = hyperbolic_tangent(x), s = 1.f - x * x, x; });
    case ELU:
      return each(z, slope, size, [&](Floats x, Floats& s) {
        Floats low = number * exponential(x);
        return s = pick(x > 0.f, one, low), pick(x > 0.f, x, low - number);
      });
    case SELU:
      return each(z, slope, size, [&](Floats x, Floats& s) {
        Floats low = SCALE * ALPHA * exponential(x);
        return s = pick(x > 0.f, all(SCALE), low), pick(x > 0.f, SCALE * x, low - SCALE * ALPHA);
      });
    case SOFTPLUS:
      return each(z, slope, size, [&](Floats x, Floats& s) {
        return s = logistic(x), pick(x <= 0.f, none, x) + logarithm_above_one(exponential(-magnitude(x)));
      });
    case SILU:
      return each(z, slope, size, [&](Floats x, Floats& s) {
        Floats p = logistic(x);
        return s = p * (1.f + x * (1.f - p)), x * p;
      });
    default:
      return each(z, slope, size, [&](Floats x, Floats& s) { return s = one, x; });
  }
}

// Losses: their value over the batch and the gradient in the output (units, batch). Targets lie like the output,
// weights (batch) are 1 or the examples' own, 0 beyond the last example.

float loss_and_gradient(int kind, float number, const float* out, const float* target, const float* weight, int units,
                        int batch, float scale, float* back) {
  Floats total = all(0.f);
  for (int b = 0; b < batch; b += LANES) {
    const Floats w = load(weight + b);
    if (kind == CATEGORICAL || kind == SPARSE) {
      Floats most = load(out + b), whole = all(0.f), mass = all(0.f), matched = all(0.f);
      for (int n = 1; n < units; ++n) most = larger(most, load(out + (size_t)n * batch + b));
      for (int n = 0; n < units; ++n) {
        Floats e = exponential(load(out + (size_t)n * batch + b) - most);
        store(back + (size_t)n * batch + b, e);
        whole += e;
      }
      const Floats log_whole = logarithm(whole) + most;
      for (int n = 0; n < units; ++n) {
        Floats y = load(target + (size_t)n * batch + b);
        if (kind == CATEGORICAL) y = y * (1.f - number) + number / units;
        mass += y;
        matched += y * (log_whole - load(out + (size_t)n * batch + b));
      }
      total += w * pick(w != 0.f, matched, all(0.f));
      for (int n = 0; n < units; ++n) {
        Floats y = load(target + (size_t)n * batch + b);
        if (kind == CATEGORICAL) y = y * (1.f - number) + number / units;
        Floats p = load(back + (size_t)n * batch + b) / whole;
        store(back + (size_t)n * batch + b, scale * w * (p * mass - y));
      }
      continue;
    }
    for (int n = 0; n < units; ++n) {
      const size_t at = (size_t)n * batch + b;
      const Floats z = load(out + at), y = load(target + at);
      Floats value, slope;
      if (kind == BINARY) {
        Floats soft = y * (1.f - number) + 0.5f * number;
        value = pick(z <= 0.f, all(0.f), z) - z * soft + logarithm_above_one(exponential(-magnitude(z)));
        slope = logistic(z) - soft;
      } else {
        const Floats error = z - y, size = magnitude(error);
        if (kind == SQUARED) {
          value = error * error;
          slope = 2.f * error;
        } else if (kind == ABSOLUTE) {
          value = size;
          slope = sign(error);
        } else {
          value = pick(size <= number, 0.5f * error * error, number * size - 0.5f * number * number);
          slope = pick(size <= number, error, number * sign(error));
        }
      }
      total += w * pick(w != 0.f, value, all(0.f));
      store(back + at, scale * w * pick(w != 0.f, slope, all(0.f)));
    }
  }
  return scale * sum(total);
}

}  // namespace
