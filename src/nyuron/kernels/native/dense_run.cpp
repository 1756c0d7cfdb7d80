// Trains a chain of dense layers: many steps in one call, without XLA's fixed cost for each of some thirty small
// operations a step. Called by XLA through its foreign function interface; `_dense_run.py` says what is passed, and
// has the same computation in JAX beside it.
//
// Activations lie transposed, (features, batch), so that the batch fills the vector lanes however narrow a layer is.
// Weights lie in panels of 16 columns, (columns / 16, rows, 16), zeros beyond the last column. One thread, one order
// of summation: the result depends on nothing but the arguments.

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "xla/ffi/api/c_api.h"

namespace {

#if defined(__AVX512F__)
constexpr int LANES = 16, MOST_WIDE = 2;
#elif defined(__AVX__)
constexpr int LANES = 8, MOST_WIDE = 1;
#else
constexpr int LANES = 4, MOST_WIDE = 1;
#endif
constexpr int PANEL = 16, PARTS = PANEL / LANES;
constexpr int ROWS = 8;    // of a tile, which is ROWS × MOST_WIDE vectors in registers, or twice as high and one wide
constexpr int DEEP = 128;  // of a product at a time, so that its operands stay in the first cache

#define INLINE inline __attribute__((always_inline))

typedef float Floats __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t Ints __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef uint32_t Words __attribute__((vector_size(64), aligned(4), may_alias));

inline Floats load(const float* at) { return *reinterpret_cast<const Floats*>(at); }
inline void store(float* at, Floats x) { *reinterpret_cast<Floats*>(at) = x; }
inline Floats all(float x) { return Floats{} + x; }
inline Floats pick(Ints where, Floats a, Floats b) { return where ? a : b; }
inline Floats larger(Floats a, Floats b) { return pick(a > b, a, b); }
inline Floats smaller(Floats a, Floats b) { return pick(a < b, a, b); }
inline Floats magnitude(Floats x) { return (Floats)((Ints)x & 0x7fffffff); }
inline Floats sign(Floats x) { return pick(x > 0.f, all(1.f), pick(x < 0.f, all(-1.f), x * 0.f)); }

// f(0) … f(N − 1) with numbers that the compiler knows, so that arrays of vectors become registers.
template <int N>
struct Number {
  static constexpr int value = N;
};
template <int N, class Function>
INLINE void repeat(Function& f) {
  if constexpr (N > 0) {
    repeat<N - 1>(f);
    f(Number<N - 1>{});
  }
}
#define EACH(name, count, ...)                                              \
  {                                                                          \
    auto each_##name = [&](auto number_##name) __attribute__((always_inline)) { \
      constexpr int name = decltype(number_##name)::value;                   \
      __VA_ARGS__;                                                                  \
    };                                                                       \
    repeat<count>(each_##name);                                              \
  }

inline float sum(Floats x) {
  float total = 0;
  for (int i = 0; i < LANES; ++i) total += x[i];
  return total;
}

inline Floats root(Floats x) {
#if defined(__AVX512F__)
  return (Floats)_mm512_sqrt_ps((__m512)x);
#else
  for (int i = 0; i < LANES; ++i) x[i] = std::sqrt(x[i]);
  return x;
#endif
}

// 1 / √x by an estimate and a Newton step: division and root are the slowest things a core does.
inline Floats inverse_root(Floats x) {
#if defined(__AVX512F__)
  Floats y = (Floats)_mm512_rsqrt14_ps((__m512)x);
  Floats better = y * (1.5f - 0.5f * x * y * y);
  // Where the step is 0·∞, at 0 and ∞, the estimate is exact.
  return pick(better == better, better, y);
#else
  return 1.f / root(x);
#endif
}

inline Floats quotient(Floats a, Floats b) {
#if defined(__AVX512F__)
  const Floats rough = (Floats)_mm512_rcp14_ps((__m512)b), y = rough * (2.f - b * rough);
  const Floats q = a * y, better = q + (a - q * b) * y;
  // Where the steps are 0·∞, the estimate is exact.
  return pick(better == better, better, a * rough);
#else
  return a / b;
#endif
}

// eˣ by 2ⁿ·eʳ with |r| ≤ ½ ln 2 and a polynomial of degree 6; x is taken as at most 88 and at least −87.
inline Floats exponential(Floats x) {
  x = pick(x > 88.f, all(88.f), x);
  x = pick(x < -87.f, all(-87.f), x);
  const Floats shift = all(12582912.f);
  Floats t = x * 1.44269504088896341f + shift, n = t - shift;
  Floats r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  Floats p = all(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.f;
  Ints exponent = ((Ints)t - (Ints)shift + 127) << 23;
  return p * (Floats)exponent;
}

// ln x for 1 ≤ x < ∞, NaN for NaN.
inline Floats logarithm(Floats x) {
  Ints bits = (Ints)x;
  Ints e = ((bits >> 23) & 0xff) - 126;
  Floats m = (Floats)((bits & 0x007fffff) | 0x3f000000);
  Ints is_low = m < 0.707106781186547524f;
  e = e + is_low;
  m = m + pick(is_low, m, all(0.f)) - 1.f;
  Floats power = __builtin_convertvector(e, Floats), z = m * m;
  Floats p = all(7.0376836292e-2f);
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  Floats y = p * m * z - power * 2.12194440e-4f - 0.5f * z;
  return pick(x == x, m + y + power * 0.693359375f, x);
}

// ln(1 + u) for 0 ≤ u ≤ 1.
inline Floats logarithm_above_one(Floats u) { return pick(u < 1e-4f, u - 0.5f * u * u, logarithm(1.f + u)); }

inline Floats logistic(Floats x) { return 1.f / (1.f + exponential(-x)); }

inline Floats hyperbolic_tangent(Floats x) {
  // A rational function, exact to a few units in the last place; 1 is reached at 7.9.
  Floats c = pick(x > 7.90531110763549805f, all(7.90531110763549805f), x);
  c = pick(c < -7.90531110763549805f, all(-7.90531110763549805f), c);
  Floats s = c * c;
  Floats p = all(-2.76076847742355e-16f);
  p = p * s + 2.00018790482477e-13f;
  p = p * s - 8.60467152213735e-11f;
  p = p * s + 5.12229709037114e-08f;
  p = p * s + 1.48572235717979e-05f;
  p = p * s + 6.37261928875436e-04f;
  p = p * s + 4.89352455891786e-03f;
  Floats q = all(1.19825839466702e-06f);
  q = q * s + 1.18534705686654e-04f;
  q = q * s + 2.26843463243900e-03f;
  q = q * s + 4.89352518554385e-03f;
  return pick(magnitude(x) < 0.0004f, x, c * p / q);
}

// What `_dense_run.py` passes.

enum Activation { LINEAR, RELU, SIGMOID, TANH, ELU, SELU, SOFTPLUS, SILU, LEAKY_RELU };
enum LossKind { SQUARED, ABSOLUTE, BINARY, CATEGORICAL, SPARSE, HUBER };
enum OptimizerKind { SGD, RMSPROP, ADAM, ADAGRAD };
enum Clip { NO_CLIP, EACH_NORM, WHOLE_NORM, VALUE };

struct StageForm {
  int32_t inputs, units, has_bias, activation, has_dropout, place, is_kernel_penalised, is_bias_penalised;
};
struct StageNumbers {
  float slope, rate, kernel_l1, kernel_l2, bias_l1, bias_l2;
};
struct OptimizerForm {
  int32_t kind, has_momentum, is_nesterov, has_decay, clip;
};
struct OptimizerNumbers {
  float first, second, epsilon, momentum, decay, bound;
};
struct Head {
  int32_t batch, stages, loss, has_weights, options;
};

inline int padded(int n, int to) { return (n + to - 1) / to * to; }

// A weight whose gradient was always 0 stays, also with ε = 0: so do the zeros that fill the panels.
//
// One array of weights with its gradient and what the optimizer remembers of it, in panels.
struct Weights {
  int rows, columns, deep, size;  // deep: rows in a panel
  float *value, *gradient, *slots[3];
  float l1, l2;
  bool is_penalised;
};

struct Stage {
  StageForm form;
  StageNumbers numbers;
  Weights kernel, bias;
  float *output, *slope, *back;  // (units, batch)
};

class Arena {
 public:
  explicit Arena(size_t floats) : room_(std::calloc(floats + LINE, sizeof(float))) {
    // A vector that crosses two lines of the cache takes twice the time.
    const size_t over = reinterpret_cast<uintptr_t>(room_) / sizeof(float) % LINE;
    next_ = static_cast<float*>(room_) + (LINE - over) % LINE;
  }
  ~Arena() { std::free(room_); }
  bool is_there() const { return room_ != nullptr; }
  float* take(size_t floats) {
    float* here = next_;
    next_ += (floats + LINE - 1) / LINE * LINE;
    return here;
  }

 private:
  static constexpr size_t LINE = 16;
  void* room_;
  float* next_;
};

// Products.

// z (HIGH, batch) = weights' columns ᵀ · a, or z += where `adds`, from a panel's columns `w` on.
template <int HIGH, int WIDE>
INLINE void forward_tile(const float* w, const float* a, int depth, int batch, const float* bias, bool adds, float* z) {
  Floats sums[HIGH][WIDE];
  EACH(r, HIGH, EACH(v, WIDE, sums[r][v] = adds ? load(z + r * batch + v * LANES) : all(bias[r])))
  for (int k = 0; k < depth; ++k) {
    Floats x[WIDE];
    // Each line of weights is used once: ask for those that come.
    __builtin_prefetch(w + (k + 24) * PANEL);
    EACH(v, WIDE, x[v] = load(a + (size_t)k * batch + v * LANES))
    EACH(r, HIGH, EACH(v, WIDE, sums[r][v] += x[v] * w[k * PANEL + r]))
  }
  EACH(r, HIGH, EACH(v, WIDE, store(z + r * batch + v * LANES, sums[r][v])))
}

void forward_product(const Weights& w, const float* bias, const float* a, int batch, float* z) {
  for (int k = 0; k < w.rows; k += DEEP) {
    const int depth = w.rows - k < DEEP ? w.rows - k : DEEP;
    for (int c = 0; c < batch;) {
      const bool is_wide = c + MOST_WIDE * LANES <= batch;
      const float* here = a + (size_t)k * batch + c;
      for (int n = 0; n < w.columns; n += is_wide ? ROWS : MOST_WIDE * ROWS) {
        const float* panel = w.value + ((size_t)(n / PANEL) * w.deep + k) * PANEL + n % PANEL;
        float* out = z + (size_t)n * batch + c;
        if (is_wide)
          forward_tile<ROWS, MOST_WIDE>(panel, here, depth, batch, bias + n, k > 0, out);
        else
          forward_tile<MOST_WIDE * ROWS, 1>(panel, here, depth, batch, bias + n, k > 0, out);
      }
      c += is_wide ? MOST_WIDE * LANES : LANES;
    }
  }
}

// d (HIGH, batch) = weights' rows from k on · e, with e (columns, batch).
template <int HIGH, int WIDE>
INLINE void backward_tile(const Weights& w, int k, const float* e, int batch, float* d) {
  Floats sums[HIGH][WIDE];
  EACH(r, HIGH, EACH(v, WIDE, sums[r][v] = all(0.f)))
  for (int n = 0; n < w.columns; n += PANEL) {
    const float* panel = w.value + ((size_t)(n / PANEL) * w.deep + k) * PANEL;
    const int most = w.columns - n < PANEL ? w.columns - n : PANEL;
    for (int i = 0; i < most; ++i) {
      Floats x[WIDE];
      EACH(v, WIDE, x[v] = load(e + (size_t)(n + i) * batch + v * LANES))
      EACH(r, HIGH, EACH(v, WIDE, sums[r][v] += x[v] * panel[r * PANEL + i]))
    }
  }
  EACH(r, HIGH, EACH(v, WIDE, store(d + r * batch + v * LANES, sums[r][v])))
}

void backward_product(const Weights& w, const float* e, int batch, float* d) {
  for (int c = 0; c < batch;) {
    const bool is_wide = c + MOST_WIDE * LANES <= batch;
    for (int k = 0; k < w.rows; k += is_wide ? ROWS : MOST_WIDE * ROWS)
      if (is_wide)
        backward_tile<ROWS, MOST_WIDE>(w, k, e + c, batch, d + (size_t)k * batch + c);
      else
        backward_tile<MOST_WIDE * ROWS, 1>(w, k, e + c, batch, d + (size_t)k * batch + c);
    c += is_wide ? MOST_WIDE * LANES : LANES;
  }
}

// Gradient (ROWS, WIDE·LANES) = a's rows · e, with e (batch, columns); `take(place, vector)` is given each part of it.
template <int WIDE, class Take>
INLINE void gradient_tile(const float* a, int batch, int count, const float* e, int across, size_t apart, size_t at,
                          Take& take) {
  Floats sums[ROWS][WIDE];
  EACH(r, ROWS, EACH(v, WIDE, sums[r][v] = all(0.f)))
  for (int b = 0; b < count; ++b) {
    Floats x[WIDE];
    EACH(v, WIDE, x[v] = load(e + (size_t)b * across + v * LANES))
    EACH(r, ROWS, EACH(v, WIDE, sums[r][v] += x[v] * a[r * batch + b]))
  }
  // What is taken is written down once in the code, not once for each register.
  Floats tile[ROWS * WIDE];
  EACH(r, ROWS, EACH(v, WIDE, store(reinterpret_cast<float*>(tile + r * WIDE + v), sums[r][v])))
#pragma GCC unroll 1
  for (int i = 0; i < ROWS * WIDE; ++i) {
    const int r = i / WIDE, v = i % WIDE;
    take(at + v / PARTS * apart + r * PANEL + v % PARTS * LANES, load(reinterpret_cast<const float*>(tile + i)));
  }
}

template <class Take>
INLINE void gradient_product(const Weights& w, const float* a, int batch, int count, const float* e, Take take) {
  const int across = padded(w.columns, PANEL);
  const size_t apart = (size_t)w.deep * PANEL;
  for (int n = 0; n < across;) {
    const int wide = n + MOST_WIDE * LANES <= across ? MOST_WIDE : 1;
    const size_t first = n / PANEL * apart + n % PANEL;
    for (int k = 0; k < w.rows; k += ROWS)
      if (wide == MOST_WIDE)
        gradient_tile<MOST_WIDE>(a + (size_t)k * batch, batch, count, e + n, across, apart, first + k * PANEL, take);
      else
        gradient_tile<1>(a + (size_t)k * batch, batch, count, e + n, across, apart, first + k * PANEL, take);
    n += wide * LANES;
  }
}

// Turning rows into columns.

#if defined(__AVX512F__)
#define LOW_LANE(l, s) ((l) & (s) ? 16 + (l) - (s) : (l))
#define HIGH_LANE(l, s) ((l) & (s) ? 16 + (l) : (l) + (s))
#define LANES_OF(f, s)                                                                                               \
  f(0, s), f(1, s), f(2, s), f(3, s), f(4, s), f(5, s), f(6, s), f(7, s), f(8, s), f(9, s), f(10, s), f(11, s), f(12, s), \
      f(13, s), f(14, s), f(15, s)

// One step of Eklundh's method: rows s apart change places with the lanes s apart.
template <int S>
INLINE void swap_lanes(Floats* rows) {
  EACH(i, PANEL, if constexpr (!(i & S)) {
    const Floats a = rows[i], b = rows[i + S];
    rows[i] = __builtin_shufflevector(a, b, LANES_OF(LOW_LANE, S));
    rows[i + S] = __builtin_shufflevector(a, b, LANES_OF(HIGH_LANE, S));
  })
}
#endif

// out (16, …) = in ᵀ of 16 rows, row i beginning at `row(i)`.
template <class Row>
INLINE void turn_block(Row row, float* out, size_t apart) {
#if defined(__AVX512F__)
  Floats rows[PANEL];
  EACH(i, PANEL, rows[i] = load(row(i)))
  swap_lanes<1>(rows);
  swap_lanes<2>(rows);
  swap_lanes<4>(rows);
  swap_lanes<8>(rows);
  EACH(i, PANEL, store(out + i * apart, rows[i]))
#else
  for (int i = 0; i < PANEL; ++i)
    for (int j = 0; j < PANEL; ++j) out[j * apart + i] = row(i)[j];
#endif
}

// out (columns, apart) = in ᵀ of `count` rows, row i beginning at `row(i)`.
template <class Row>
INLINE void turn(Row row, int count, int columns, float* out, size_t apart) {
  for (int c = 0; c < columns; c += PANEL)
    for (int i = 0; i < count; i += PANEL) {
      float* to = out + (size_t)c * apart + i;
      if (c + PANEL <= columns && i + PANEL <= count) {
        turn_block([&](int k) __attribute__((always_inline)) { return row(i + k) + c; }, to, apart);
        continue;
      }
      const int high = count - i < PANEL ? count - i : PANEL, wide = columns - c < PANEL ? columns - c : PANEL;
      for (int k = 0; k < high; ++k)
        for (int j = 0; j < wide; ++j) to[j * apart + k] = row(i + k)[c + j];
    }
}

// out (batch, columns in whole panels) = in ᵀ, with in (columns, batch); 0 beyond the last column.
void transpose(const float* in, int columns, int batch, int count, float* out) {
  const int across = padded(columns, PANEL);
  if (columns < across) std::memset(out, 0, (size_t)count * across * sizeof(float));
  turn([&](int n) __attribute__((always_inline)) { return in + (size_t)n * batch; }, columns, count, out, across);
}

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

// Weights: penalties, clipping, and the optimizer's step.

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

// From a plain array (rows, columns) to panels and back.

void pack(const float* plain, const Weights& w, float* panels) {
  for (int k = 0; k < w.rows; ++k)
    for (int n = 0; n < w.columns; n += PANEL)
      std::memcpy(panels + ((size_t)(n / PANEL) * w.deep + k) * PANEL, plain + (size_t)k * w.columns + n,
                  (w.columns - n < PANEL ? w.columns - n : PANEL) * sizeof(float));
}

void unpack(const float* panels, const Weights& w, float* plain) {
  for (int k = 0; k < w.rows; ++k)
    for (int n = 0; n < w.columns; n += PANEL)
      std::memcpy(plain + (size_t)k * w.columns + n, panels + ((size_t)(n / PANEL) * w.deep + k) * PANEL,
                  (w.columns - n < PANEL ? w.columns - n : PANEL) * sizeof(float));
}

// The network.

struct Buffers {
  void** at;
  int64_t count, next;
  template <class T>
  T* take() {
    return next < count ? static_cast<T*>(static_cast<XLA_FFI_Buffer*>(at[next++])->data) : nullptr;
  }
  const XLA_FFI_Buffer& shape(int64_t i) const { return *static_cast<XLA_FFI_Buffer*>(at[i]); }
};

class Network {
 public:
  Network(const int32_t* form, const float* numbers, bool trains) : trains_(trains) {
    std::memcpy(&head_, form, sizeof head_);
    form += sizeof head_ / 4;
    weight_ = *numbers++;
    number_ = *numbers++;
    stages_ = new Stage[head_.stages]();
    for (int i = 0; i < head_.stages; ++i, form += sizeof(StageForm) / 4, numbers += sizeof(StageNumbers) / 4) {
      std::memcpy(&stages_[i].form, form, sizeof(StageForm));
      std::memcpy(&stages_[i].numbers, numbers, sizeof(StageNumbers));
    }
    options_ = new OptimizerForm[head_.options + 1];
    option_numbers_ = new OptimizerNumbers[head_.options + 1];
    std::memcpy(options_, form, head_.options * sizeof(OptimizerForm));
    std::memcpy(option_numbers_, numbers, head_.options * sizeof(OptimizerNumbers));
    batch_ = padded(head_.batch, LANES);
    arena_ = new Arena(room());
    if (arena_->is_there()) lay_out();
  }
  ~Network() {
    delete[] stages_;
    delete[] options_;
    delete[] option_numbers_;
    delete arena_;
  }
  bool is_there() const { return arena_->is_there(); }

  int features() const { return stages_[0].form.inputs; }
  int units() const { return stages_[head_.stages - 1].form.units; }
  const Head& head() const { return head_; }

  // All weights lie in one array, each stage's kernel (inputs, units) before its bias; so does each thing that an
  // optimizer remembers of them. What lies beyond them is 0.
  void read(const float* all) {
    for_weights([&](Weights& w) {
      pack(all, w, w.value);
      all += (size_t)w.rows * w.columns;
    });
  }

  void write(float* all, size_t room) {
    size_t used = 0;
    for_weights([&](Weights& w) {
      unpack(w.value, w, all + used);
      used += (size_t)w.rows * w.columns;
    });
    std::memset(all + used, 0, (room - used) * sizeof(float));
  }

  void read_slot(const float* all, int slot) {
    for_weights([&](Weights& w) {
      pack(all, w, w.slots[slot]);
      all += (size_t)w.rows * w.columns;
    });
  }

  void write_slot(float* all, size_t room, int slot) {
    size_t used = 0;
    for_weights([&](Weights& w) {
      unpack(w.slots[slot], w, all + used);
      used += (size_t)w.rows * w.columns;
    });
    std::memset(all + used, 0, (room - used) * sizeof(float));
  }

  const OptimizerForm& option(int number) const { return options_[number]; }

  // The sum of all penalties, at inference.
  float penalty() const {
    Floats total = all(0.f);
    for (int i = 0; i < head_.stages; ++i)
      for (const Weights* w : {&stages_[i].kernel, &stages_[i].bias})
        if (w->is_penalised)
          for (int j = 0; j < w->size; j += LANES) penalised(*w, load(w->value + j), all(0.f), total);
    return sum(total);
  }

  // The outputs of so many rows, in the lanes of the last stage's output.
  const float* forward(const float* x, const int32_t* rows, int count, Key key) {
    gather(x, rows, count, features(), input_);
    const float* a = input_;
    for (int i = 0; i < head_.stages; ++i) {
      Stage& s = stages_[i];
      forward_product(s.kernel, s.bias.value, a, batch_, s.output);
      const int size = s.form.units * batch_;
      if (s.form.activation != LINEAR || trains_)
        activate(s.form.activation, s.numbers.slope, s.output, trains_ ? s.slope : nullptr, size);
      if (trains_ && s.form.has_dropout) {
        draw_dropout(fold(key, s.form.place), s.numbers.rate, count, s.form.units, batch_, words_, across_, factor_);
        for (int j = 0; j < size; j += LANES) {
          const Floats factor = load(factor_ + j);
          const Floats y = load(s.output + j);
          store(s.output + j, factor == 0.f ? all(0.f) : y * factor);
          store(s.slope + j, factor == 0.f ? all(0.f) : load(s.slope + j) * factor);
        }
      }
      a = s.output;
    }
    return a;
  }

  void write_outputs(const float* a, int count, float* out) const {
    for (int b = 0; b < count; ++b)
      for (int n = 0; n < units(); ++n) out[(size_t)b * units() + n] = a[(size_t)n * batch_ + b];
  }

  // One step on these rows; returns the loss before it.
  float train(const float* x, const void* y, const float* w, const int32_t* rows, int count, Key key, int option,
              float rate, int step, float* out) {
    const float* a = forward(x, rows, count, key);
    write_outputs(a, count, out);
    for (int b = 0; b < batch_; ++b) weights_[b] = b >= count ? 0.f : head_.has_weights ? w[rows[b]] : 1.f;
    if (head_.loss == SPARSE) {
      std::memset(target_, 0, (size_t)units() * batch_ * sizeof(float));
      for (int b = 0; b < count; ++b) {
        const int label = static_cast<const int32_t*>(y)[rows[b]], top = units() - 1;
        target_[(size_t)(label < 0 ? 0 : label > top ? top : label) * batch_ + b] = 1.f;
      }
    } else {
      gather(static_cast<const float*>(y), rows, count, units(), target_);
    }
    const bool is_mean = head_.loss != CATEGORICAL && head_.loss != SPARSE;
    const float scale = weight_ / ((float)count * (is_mean ? units() : 1));
    float loss = loss_and_gradient(head_.loss, number_, a, target_, weights_, units(), batch_, scale,
                                   stages_[head_.stages - 1].back);
    const Step own = {options_[option], option_numbers_[option], rate, step};
    const bool waits = own.form.clip == EACH_NORM || own.form.clip == WHOLE_NORM;
    for (int i = head_.stages - 1; i >= 0; --i) {
      Stage& s = stages_[i];
      const float* below = i ? stages_[i - 1].output : input_;
      const int size = s.form.units * batch_;
      for (int j = 0; j < size; j += LANES) store(s.back + j, load(s.back + j) * load(s.slope + j));
      if (i) backward_product(s.kernel, s.back, batch_, stages_[i - 1].back);
      transpose(s.back, s.form.units, batch_, count, across_);
      if (s.form.has_bias) sum_lanes(s.back, s.form.units, s.bias.gradient);
      if (!waits) {
        loss += learn(s.kernel, below, batch_, count, across_, own);
      } else {
        float* gradient = s.kernel.gradient;
        gradient_product(s.kernel, below, batch_, count, across_, [&](size_t at, Floats g) __attribute__((always_inline)) {
          store(gradient + at, g);
        });
        if (s.kernel.is_penalised) loss += add_penalty(s.kernel);
      }
      if (s.form.has_bias && s.bias.is_penalised) loss += add_penalty(s.bias);
      if (s.form.has_bias && !waits) move(s.bias, own, 1.f);
    }
    if (!waits) return loss;
    float whole = 0;
    if (own.form.clip == WHOLE_NORM) for_weights([&](Weights& w) { whole += squares(w); });
    for_weights([&](Weights& w) {
      move(w, own, factor_for(own.form.clip == EACH_NORM ? squares(w) : whole, own.n.bound));
    });
    return loss;
  }

 private:
  template <class Function>
  void for_weights(Function function) {
    for (int i = 0; i < head_.stages; ++i) {
      function(stages_[i].kernel);
      if (stages_[i].form.has_bias) function(stages_[i].bias);
    }
  }

  void sum_lanes(const float* lanes, int units, float* sums) const {
    for (int n = 0; n < units; ++n) {
      Floats total = all(0.f);
      for (int j = 0; j < batch_; j += LANES) total += load(lanes + (size_t)n * batch_ + j);
      sums[n] = sum(total);
    }
  }

  // lanes (features, batch) = the rows of x, 0 beyond the last of them.
  void gather(const float* x, const int32_t* rows, int count, int features, float* lanes) const {
    turn([&](int b) __attribute__((always_inline)) { return x + (size_t)rows[b] * features; }, count, features, lanes, batch_);
    if (count < batch_)
      for (int f = 0; f < features; ++f)
        for (int b = count; b < batch_; ++b) lanes[(size_t)f * batch_ + b] = 0.f;
  }

  int widest() const {
    int most = features();
    for (int i = 0; i < head_.stages; ++i) most = stages_[i].form.units > most ? stages_[i].form.units : most;
    return padded(most, PANEL);
  }

  size_t room() const {
    const size_t lanes = batch_;
    size_t total = (padded(features(), PANEL) + 3 * (size_t)widest() + 1) * lanes + 1024;
    total += (size_t)batch_ * widest() + 64 + 2 * ((size_t)batch_ * widest() + 64);
    for (int i = 0; i < head_.stages; ++i) {
      const StageForm& f = stages_[i].form;
      const int arrays = trains_ ? 5 : 1;
      total += arrays * (size_t)((padded(f.inputs, PANEL) + 1) * padded(f.units, PANEL) + 2 * PANEL);
      total += 3 * (padded(f.units, PANEL) * lanes + PANEL);
    }
    return total;
  }

  void lay_out() {
    const size_t lanes = batch_;
    input_ = arena_->take(padded(features(), PANEL) * lanes);
    target_ = arena_->take(widest() * lanes);
    factor_ = arena_->take(widest() * lanes);
    weights_ = arena_->take(lanes);
    across_ = arena_->take((size_t)batch_ * widest() + 64);
    words_ = reinterpret_cast<uint32_t*>(arena_->take(2 * ((size_t)batch_ * widest() + 64)));
    for (int i = 0; i < head_.stages; ++i) {
      Stage& s = stages_[i];
      lay_out(s.kernel, s.form.inputs, padded(s.form.inputs, PANEL), s.form.units, s.numbers.kernel_l1, s.numbers.kernel_l2, s.form.is_kernel_penalised);
      lay_out(s.bias, 1, 1, s.form.units, s.numbers.bias_l1, s.numbers.bias_l2, s.form.is_bias_penalised);
      const size_t size = padded(s.form.units, PANEL) * lanes;
      s.output = arena_->take(size), s.slope = arena_->take(size), s.back = arena_->take(size);
    }
  }

  void lay_out(Weights& w, int rows, int deep, int columns, float l1, float l2, bool is_penalised) {
    w.rows = rows, w.deep = deep, w.columns = columns, w.l1 = l1, w.l2 = l2, w.is_penalised = is_penalised;
    const size_t size = (size_t)deep * padded(columns, PANEL);
    w.size = (int)size;
    w.value = arena_->take(size);
    if (!trains_) return;
    w.gradient = arena_->take(size);
    for (float*& slot : w.slots) slot = arena_->take(size);
  }

  bool trains_;
  Head head_;
  float weight_, number_;
  Stage* stages_;
  OptimizerForm* options_;
  OptimizerNumbers* option_numbers_;
  int batch_;
  Arena* arena_;
  float *input_, *target_, *factor_, *weights_, *across_;
  uint32_t* words_;
};

// What XLA calls.

// Numbers below 10⁻³⁸ count as 0 while this lives, as in XLA's own code: a core is a hundred times slower with them.
class FlushTiny {
 public:
#if defined(__SSE2__)
  FlushTiny() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040); }
  ~FlushTiny() { _mm_setcsr(before_); }

 private:
  unsigned before_;
#else
  FlushTiny() {}
#endif
};

XLA_FFI_Error* error(const XLA_FFI_CallFrame* frame, const char* message) {
  XLA_FFI_Error_Create_Args made = {};
  made.struct_size = XLA_FFI_Error_Create_Args_STRUCT_SIZE;
  made.message = message;
  made.errc = XLA_FFI_Error_Code_RESOURCE_EXHAUSTED;
  return frame->api->XLA_FFI_Error_Create(&made);
}

// Whether XLA only asks which version of its interface this is built for.
bool is_answered(XLA_FFI_CallFrame* frame) {
  XLA_FFI_Extension_Base* extension = frame->extension_start;
  if (!extension || extension->type != XLA_FFI_Extension_Metadata) return false;
  XLA_FFI_Metadata* metadata = reinterpret_cast<XLA_FFI_Metadata_Extension*>(extension)->metadata;
  metadata->api_version.major_version = XLA_FFI_API_MAJOR;
  metadata->api_version.minor_version = XLA_FFI_API_MINOR;
  metadata->traits = 0;
  return true;
}

}  // namespace

// Arguments: form, numbers, x (rows, features), y, weights of the rows (or none), order, key (2),
//   counters (epoch, first step, end, the step that begins the order, iterations, option), rates (at least steps),
//   sums (rows, Σ loss · rows of a step), all weights, and of each option each slot of all weights
// Results: outputs (order, units), sums, the step after the last and whether its loss is finite (2), all weights, slots
extern "C" XLA_FFI_Error* nyuron_dense_train(XLA_FFI_CallFrame* frame) {
  if (is_answered(frame)) return nullptr;
  Buffers in = {frame->args.args, frame->args.size, 0}, out = {frame->rets.rets, frame->rets.size, 0};
  const FlushTiny flush;
  const int32_t* form = in.take<int32_t>();
  const float* numbers = in.take<float>();
  Network network(form, numbers, true);
  if (!network.is_there()) return error(frame, "no memory to train a dense network");
  const float* x = in.take<float>();
  const void* y = in.take<void>();
  const float* w = in.take<float>();
  const int length = (int)in.shape(in.next).dims[0];
  const int32_t* order = in.take<int32_t>();
  const uint32_t* words = in.take<uint32_t>();
  const int32_t* counters = in.take<int32_t>();
  const int epoch = counters[0], first = counters[1], end = counters[2], base = counters[3];
  const int iterations = counters[4], option = counters[5];
  const float* rates = in.take<float>();
  const float* sums = in.take<float>();
  const size_t room = (size_t)in.shape(in.next).dims[0];
  network.read(in.take<float>());
  float *outputs = out.take<float>(), *totals = out.take<float>();
  int32_t* done = out.take<int32_t>();
  float* weights = out.take<float>();
  // What an optimizer that is not the chosen one remembers stays as it is.
  float* slots[3] = {};
  for (int o = 0; o < network.head().options; ++o)
    for (int i = 0; i < slots_of(network.option(o)); ++i) {
      const float* before = in.take<float>();
      float* after = out.take<float>();
      if (o == option)
        network.read_slot(before, i), slots[i] = after;
      else
        std::memmove(after, before, room * sizeof(float));
    }
  const int batch = network.head().batch;
  std::memset(outputs, 0, (size_t)length * network.units() * sizeof(float));
  // Added up step by step, so that it does not matter in how many calls an epoch is trained.
  totals[0] = sums[0], totals[1] = sums[1];
  const Key key = fold(Key{words[0], words[1]}, (uint32_t)epoch);
  int step = first;
  bool is_finite = true;
  for (; step < end && is_finite; ++step) {
    const int here = step - base, start = here * batch, count = length - start < batch ? length - start : batch;
    const float loss = network.train(x, y, w, order + start, count, fold(key, (uint32_t)step), option, rates[here],
                                     iterations + step - first + 1, outputs + (size_t)start * network.units());
    totals[0] += (float)count;
    totals[1] += loss * (float)count;
    is_finite = std::isfinite(loss);
  }
  done[0] = step, done[1] = is_finite;
  network.write(weights, room);
  for (int i = 0; i < slots_of(network.option(option)); ++i) network.write_slot(slots[i], room, i);
  return nullptr;
}

// Arguments: form, numbers, x (rows, features), order, all weights. Results: outputs (order, units), penalty (1).
extern "C" XLA_FFI_Error* nyuron_dense_apply(XLA_FFI_CallFrame* frame) {
  if (is_answered(frame)) return nullptr;
  Buffers in = {frame->args.args, frame->args.size, 0}, out = {frame->rets.rets, frame->rets.size, 0};
  const FlushTiny flush;
  const int32_t* form = in.take<int32_t>();
  const float* numbers = in.take<float>();
  Network network(form, numbers, false);
  if (!network.is_there()) return error(frame, "no memory to apply a dense network");
  const float* x = in.take<float>();
  const int length = (int)in.shape(in.next).dims[0];
  const int32_t* order = in.take<int32_t>();
  network.read(in.take<float>());
  float *outputs = out.take<float>(), *penalty = out.take<float>();
  const int batch = network.head().batch;
  for (int start = 0; start < length; start += batch) {
    const int count = length - start < batch ? length - start : batch;
    const float* a = network.forward(x, order + start, count, Key{0, 0});
    network.write_outputs(a, count, outputs + (size_t)start * network.units());
  }
  *penalty = network.penalty();
  return nullptr;
}
