//! Limits for the processes of this program that look at what strangers made: `pk draw-pages` and `pk check-upload`.

/// Limits memory (bytes), because a small file may ask for any amount of it, and processor time (seconds), because
/// who started this process may be gone before it can end it. Steps back behind other processes by `nice`. Where the
/// system has no such limits, only the deadlines of the other process hold.
#[cfg(unix)]
pub(super) fn confine(memory: u64, seconds: u64, nice: i32) {
    use rustix::process::{Resource, Rlimit, nice as step_back, setrlimit};
    /// What is mapped counts as addresses, the program and its stacks too; what is written to counts as data.
    const ADDRESSES: u64 = 2 * 1024 * 1024 * 1024;
    let limits = [
        (Resource::As, ADDRESSES.max(memory)),
        (Resource::Data, memory),
        (Resource::Cpu, seconds),
        (Resource::Core, 0),
    ];
    for (resource, most) in limits {
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
    let _ = step_back(nice);
}

#[cfg(not(unix))]
pub(super) fn confine(_memory: u64, _seconds: u64, _nice: i32) {}
