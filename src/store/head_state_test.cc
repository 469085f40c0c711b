#include "store/head_state.h"

#include <gtest/gtest.h>

namespace stele::store {
namespace {

TEST(HeadState, ComesBackFromItsVersion) {
  const HeadState state{INT64_MAX, 1234567};
  EXPECT_EQ(HeadState::of(state.version()), state);
  EXPECT_EQ(HeadState::of(HeadState{1, 0}.version()), (HeadState{1, 0}));
}

TEST(HeadState, IsNotReadFromWhatIsNoVersion) {
  for (const char* token : {"", ".", "1", "1.", ".1", "nonsense", "1.2x", "-1.2", "0.2", "1.-2",
                            "99999999999999999999.1"}) {
    EXPECT_FALSE(HeadState::of({token})) << token;
  }
}

TEST(HeadState, GenerationsArePositiveAndNew) {
  std::int64_t last = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t next = new_generation(base::system_environment());
    ASSERT_GT(next, 0);
    ASSERT_NE(next, last);
    last = next;
  }
}

}  // namespace
}  // namespace stele::store
