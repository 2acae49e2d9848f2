//! The broker as a whole, in the simulator: one process, one thread, a seed. See the modules.

mod sim_crash;
mod wire;
