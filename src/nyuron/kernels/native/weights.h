// What a network is made of, as `_dense_run.py` passes it, and its weights in panels.
#pragma once

#include <cstdlib>

#include "vectors.h"

namespace {

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

}  // namespace
