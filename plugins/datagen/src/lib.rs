//! Connect plugin: datagen.
