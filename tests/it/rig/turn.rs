//! Who may use the machine: most tests run side by side, a few need it to themselves.

use std::cell::Cell;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

#[derive(Default)]
struct Hall {
    side_by_side: usize,
    alone: bool,
    waiting_to_be_alone: usize,
}

static HALL: Mutex<Hall> = Mutex::new(Hall { side_by_side: 0, alone: false, waiting_to_be_alone: 0 });
static LEFT: Condvar = Condvar::new();

thread_local! {
    /// Turns that this test has taken already: what it starts besides needs no other.
    static TAKEN: Cell<usize> = const { Cell::new(0) };
}

/// A test's permission to load the machine, until it is dropped.
pub struct Turn {
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Within,
    SideBySide,
    Alone,
}

impl Turn {
    /// Beside other tests, but not beside one that needs to be alone.
    pub fn side_by_side() -> Self {
        if TAKEN.get() > 0 {
            return Turn::taken(Kind::Within);
        }
        let mut hall = hall();
        // Who wants to be alone gets the next turn, or would never have one.
        while hall.alone || hall.waiting_to_be_alone > 0 {
            hall = LEFT.wait(hall).unwrap_or_else(PoisonError::into_inner);
        }
        hall.side_by_side += 1;
        Turn::taken(Kind::SideBySide)
    }

    /// With no other test that runs a box.
    pub fn alone() -> Self {
        assert_eq!(TAKEN.get(), 0, "a test that needs to be alone says so first");
        let mut hall = hall();
        hall.waiting_to_be_alone += 1;
        while hall.alone || hall.side_by_side > 0 {
            hall = LEFT.wait(hall).unwrap_or_else(PoisonError::into_inner);
        }
        hall.waiting_to_be_alone -= 1;
        hall.alone = true;
        Turn::taken(Kind::Alone)
    }

    fn taken(kind: Kind) -> Self {
        TAKEN.set(TAKEN.get() + 1);
        Turn { kind }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        TAKEN.set(TAKEN.get() - 1);
        match self.kind {
            Kind::Within => return,
            Kind::SideBySide => hall().side_by_side -= 1,
            Kind::Alone => hall().alone = false,
        }
        LEFT.notify_all();
    }
}

fn hall() -> MutexGuard<'static, Hall> {
    HALL.lock().unwrap_or_else(PoisonError::into_inner)
}
