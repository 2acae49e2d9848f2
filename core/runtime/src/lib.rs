//! The real side of the seam.
