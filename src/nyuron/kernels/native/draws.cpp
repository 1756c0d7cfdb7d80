// Shuffles as NumPy does, and draws the words of JAX's keys, to the same bits and without holding Python's lock: small
// networks' epochs are shorter than the time that NumPy takes to make a generator.

#include <cstdint>

namespace {

// numpy.random.SeedSequence: O'Neill's seed_seq_fe.
struct Seeds {
  uint32_t pool[4];

  Seeds(const uint32_t* entropy, int64_t count) {
    uint32_t constant = 0x43b0d7e5u;
    auto hash = [&](uint32_t value) {
      value ^= constant;
      constant *= 0x931e8875u;
      value *= constant;
      return value ^ value >> 16;
    };
    auto mix = [](uint32_t x, uint32_t y) {
      const uint32_t mixed = 0xca01f9ddu * x - 0x4973f715u * y;
      return mixed ^ mixed >> 16;
    };
    for (int i = 0; i < 4; ++i) pool[i] = hash(i < count ? entropy[i] : 0);
    for (int from = 0; from < 4; ++from)
      for (int to = 0; to < 4; ++to)
        if (from != to) pool[to] = mix(pool[to], hash(pool[from]));
    for (int64_t from = 4; from < count; ++from)
      for (int to = 0; to < 4; ++to) pool[to] = mix(pool[to], hash(entropy[from]));
  }

  void generate(uint64_t* words, int count) const {
    uint32_t constant = 0x8b51f9ddu;
    for (int i = 0; i < 2 * count; ++i) {
      uint32_t value = pool[i % 4] ^ constant;
      constant *= 0x58f38dedu;
      value *= constant;
      value ^= value >> 16;
      words[i / 2] = i % 2 ? words[i / 2] | (uint64_t)value << 32 : value;
    }
  }
};

// numpy.random.Philox: Salmon et al. 2011, four words of 64 bits, ten rounds.
class Philox {
 public:
  explicit Philox(const uint64_t* key) : key_{key[0], key[1]} {}

  uint32_t next() {
    if (used_ == 8) refill();
    const uint64_t word = block_[used_ / 2];
    return used_++ % 2 ? word >> 32 : (uint32_t)word;
  }

  // 0 … most, each as likely.
  uint32_t below(uint32_t most) {
    uint32_t mask = most;
    for (int shift = 1; shift < 32; shift *= 2) mask |= mask >> shift;
    uint32_t value;
    while ((value = next() & mask) > most) {
    }
    return value;
  }

 private:
  void refill() {
    ++counter_;
    uint64_t c[4] = {counter_, 0, 0, 0}, k[2] = {key_[0], key_[1]};
    for (int round = 0; round < 10; ++round) {
      const unsigned __int128 first = (unsigned __int128)0xD2E7470EE14C6C93u * c[0];
      const unsigned __int128 second = (unsigned __int128)0xCA5A826395121157u * c[2];
      const uint64_t next[4] = {(uint64_t)(second >> 64) ^ c[1] ^ k[0], (uint64_t)second,
                                (uint64_t)(first >> 64) ^ c[3] ^ k[1], (uint64_t)first};
      for (int i = 0; i < 4; ++i) c[i] = next[i];
      k[0] += 0x9E3779B97F4A7C15u;
      k[1] += 0xBB67AE8584CAA73Bu;
    }
    for (int i = 0; i < 4; ++i) block_[i] = c[i];
    used_ = 0;
  }

  uint64_t key_[2], counter_ = 0, block_[4] = {};
  int used_ = 8;
};

}  // namespace

// Each line of `rows`, as Generator(Philox(key=SeedSequence(entropy).generate_state(2, uint64))).shuffle(line) with the
// line's number, from `first` on, as the last word of the entropy, which is changed.
extern "C" void nyuron_shuffle(int32_t* rows, int64_t lines, int64_t count, uint32_t* entropy, int64_t words,
                               uint32_t first) {
  for (int64_t line = 0; line < lines; ++line, rows += count) {
    entropy[words - 1] = first + (uint32_t)line;
    uint64_t key[2];
    Seeds(entropy, words).generate(key, 2);
    Philox numbers(key);
    for (int64_t i = count - 1; i > 0; --i) {
      const uint32_t j = numbers.below((uint32_t)i);
      const int32_t kept = rows[i];
      rows[i] = rows[j];
      rows[j] = kept;
    }
  }
}

// Two words for each of the counters 0, 1, …: threefry-2×32 with 20 rounds, Salmon et al. 2011.
extern "C" void nyuron_threefry(uint32_t a, uint32_t b, int64_t count, uint32_t* x, uint32_t* y) {
  const uint32_t keys[3] = {a, b, a ^ b ^ 0x1BD11BDAu};
  const int turns[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
  for (int64_t i = 0; i < count; ++i) {
    uint32_t u = keys[0], v = (uint32_t)i + keys[1];
    for (uint32_t round = 0; round < 5; ++round) {
      for (int turn : turns[round % 2]) {
        u += v;
        v = (v << turn | v >> (32 - turn)) ^ u;
      }
      u += keys[(round + 1) % 3];
      v += keys[(round + 2) % 3] + round + 1;
    }
    x[i] = u, y[i] = v;
  }
}
