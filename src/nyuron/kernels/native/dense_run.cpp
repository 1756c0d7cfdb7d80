// Trains a chain of dense layers: many steps in one call, without XLA's fixed cost for each of some thirty small
// operations a step. Called by XLA through its foreign function interface; `_dense_run.py` says what is passed. The same
// computation in JAX is `train_step` of the compiled run.
//
// Activations lie transposed, (features, batch), so that the batch fills the vector lanes however narrow a layer is.
// Weights lie in panels of 16 columns, (columns / 16, rows, 16), zeros beyond the last column. One thread, one order
// of summation: the result depends on nothing but the arguments.

#include <initializer_list>

#include "learning.h"
#include "signals.h"
#include "xla/ffi/api/c_api.h"

namespace {

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
