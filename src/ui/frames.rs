//! How long the window's thread was busy with each of the last frames.

use std::time::Duration;

/// As many frames as are remembered.
const KEPT: usize = 1_024;

/// The last frames; older ones only count.
#[derive(Clone, Debug, Default)]
pub struct Frames {
    times: Vec<Duration>,
    drawn: usize,
    longest: Duration,
}

impl Frames {
    /// Takes note of one.
    pub fn note(&mut self, time: Duration) {
        let place = self.drawn % KEPT;
        match self.times.get_mut(place) {
            Some(oldest) => *oldest = time,
            None => self.times.push(time),
        }
        self.drawn += 1;
        self.longest = self.longest.max(time);
    }

    /// How many were drawn.
    pub fn drawn(&self) -> usize {
        self.drawn
    }

    /// The longest of all.
    pub fn longest(&self) -> Duration {
        self.longest
    }

    /// The time that this share of the last frames (0 to 1) did not exceed.
    pub fn share(&self, share: f64) -> Duration {
        let mut times = self.times.clone();
        times.sort();
        let at = (times.len().saturating_sub(1) as f64 * share).round() as usize;
        times.get(at).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_frame_is_kept_and_of_the_others_the_last() {
        let mut frames = Frames::default();
        frames.note(Duration::from_millis(50));
        for n in 0..2 * KEPT {
            frames.note(Duration::from_millis(if n % 100 == 0 { 5 } else { 1 }));
        }
        assert_eq!((frames.drawn(), frames.longest()), (2 * KEPT + 1, Duration::from_millis(50)));
        assert_eq!(frames.share(0.5), Duration::from_millis(1));
        assert_eq!(frames.share(1.0), Duration::from_millis(5));
    }
}
