//! Pauses between attempts and the moment to stop.

use std::time::Duration;

use weir_core::Seam;

/// Exponential pauses with a fifth of jitter either way (KIP-580).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    next: Duration,
    max: Duration,
}

impl Backoff {
    pub(crate) fn new(first: Duration, max: Duration) -> Self {
        Self {
            next: first.min(max),
            max,
        }
    }

    /// The next pause; `random` decides the jitter.
    pub(crate) fn draw(&mut self, random: u64) -> Duration {
        let base = self.next;
        self.next = (base * 2).min(self.max);
        let permille = 800 + u32::try_from(random % 401).unwrap_or_default();
        base * permille / 1000
    }

    /// Sleeps for the next pause, but not past the deadline.
    pub(crate) async fn pause(&mut self, seam: &Seam, deadline: Deadline) {
        let pause = self.draw(seam.random.next_u64()).min(deadline.left(seam));
        seam.sleep(pause).await;
    }
}

/// A moment on the monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deadline(Duration);

impl Deadline {
    pub(crate) fn after(seam: &Seam, timeout: Duration) -> Self {
        Self(seam.clock.monotonic().saturating_add(timeout))
    }

    pub(crate) fn left(self, seam: &Seam) -> Duration {
        self.0.saturating_sub(seam.clock.monotonic())
    }

    pub(crate) fn passed(self, seam: &Seam) -> bool {
        self.left(seam).is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_maximum_with_jitter() {
        let ms = Duration::from_millis;
        let mut backoff = Backoff::new(ms(100), ms(350));
        let pauses: Vec<_> = (0..4).map(|_| backoff.draw(200)).collect();
        assert_eq!(pauses, [ms(100), ms(200), ms(350), ms(350)]);
        assert_eq!(Backoff::new(ms(100), ms(350)).draw(0), ms(80));
        assert_eq!(Backoff::new(ms(100), ms(350)).draw(400), ms(120));
    }
}
