// Vectors of as many floats as the processor has lanes, functions of them, and blocks of rows turned into columns.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

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

inline int padded(int n, int to) { return (n + to - 1) / to * to; }

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

}  // namespace
