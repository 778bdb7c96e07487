/// The same work for each of many, by every processor there is; the results in their order. A panic goes on in the caller.
pub fn abreast<'a, T: Sync, R: Send>(all: &'a [T], work: impl Fn(&'a T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (size, work) = (all.len().div_ceil(threads).max(1), &work);
    if all.len() < threads * 2 {
        return all.iter().map(work).collect();
    }
    std::thread::scope(|scope| {
        let chunks: Vec<_> =
            all.chunks(size).map(|chunk| scope.spawn(move || chunk.iter().map(work).collect::<Vec<_>>())).collect();
        let done =
            chunks.into_iter().map(|chunk| chunk.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        done.flatten().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_order_and_none_is_missing() {
        for count in [0_usize, 1, 3, 1_000] {
            let all: Vec<usize> = (0..count).collect();
            assert_eq!(abreast(&all, |one| one * 2), (0..count).map(|one| one * 2).collect::<Vec<_>>());
        }
    }
}
