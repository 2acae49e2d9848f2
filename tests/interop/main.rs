//! Interop: other people's clients and tools, as they are, against the Weir binary.

mod crash;
mod demo;
mod franz_go;
mod java_tools;
mod python;
mod shell;
