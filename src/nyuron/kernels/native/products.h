// The three products of a dense layer: of its output, of the error of its input, and of its gradient.
#pragma once

#include "weights.h"

namespace {

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

}  // namespace
